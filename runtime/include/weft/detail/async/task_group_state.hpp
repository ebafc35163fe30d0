// The state that a task_group shares with its children, which outlive the group if they can never end. Not for
// programs.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <limits>
#include <string_view>
#include <vector>

#include "weft/detail/async/task_state.hpp"
#include "weft/detail/core/scope.hpp"
#include "weft/detail/core/suspension.hpp"

namespace weft::detail {

class task_group_state {
 public:
  // One child. It is allocated before its task, so that nothing can fail after the task has started.
  class child final : public end_hook {
   public:
    explicit child(task_group_state& g) noexcept : end_hook(&g), group(&g) {}
    void task_ended(task_state& t) noexcept override { group->end(*this, t); }

   private:
    friend class task_group_state;
    task_group_state* const group;  // owns a reference
    task_state* task = nullptr;     // null until keep()
    child* next = nullptr;
    child* previous = nullptr;
    std::uint64_t asked = 0;  // the last round of cancelling that included it
    bool over = false;        // ended before keep()
  };

  // The value for no limit.
  static constexpr std::size_t unlimited = std::numeric_limits<std::size_t>::max();

  explicit task_group_state(std::string_view name, std::size_t at_most = unlimited);
  task_group_state(const task_group_state&) = delete;
  task_group_state& operator=(const task_group_state&) = delete;
  void release() noexcept;

  // Makes room for one more child, which counts from now on. Suspends while the group is full; throws the interruption
  // that ended the wait, and std::logic_error if a child has failed.
  child* admit();
  void dismiss(child* c) noexcept;  // the task was not started
  void keep(child* c,
            task_state& t) noexcept;  // the task has been started; cancels it if the group is cancelled or has failed

  // Cancels all children, in spawn order. Afterwards join() throws no failure.
  void cancel() noexcept;
  // Suspends until no child is left, then throws the first failure unless the group is cancelled. If the wait is
  // interrupted, it cancels the children and waits for them before it throws.
  void join();
  // Cancels all children and suspends, shielded, until none is left. Throws only deadlock_error.
  void cancel_and_wait();
  void rethrow_first() const;

  bool failed() const;
  std::vector<std::exception_ptr> errors() const;
  std::size_t size() const;
  bool is_idle() const;  // no child, and no spawner that waits for a place

 private:
  friend class task_group_body;

  ~task_group_state() = default;
  void end(child& c, task_state& t) noexcept;
  void give_up_place() noexcept;
  // Before, for all of these: object_.lock is held.
  bool has_place() const noexcept { return live_ < at_most_ || failed_ || cancelled_; }
  void give_place_back() noexcept;
  void let_all_in() noexcept;
  void cancel_children() noexcept;
  void interrupt_body() noexcept;
  wait_outcome wait();
  void name_owner() noexcept;
  void link(child& c) noexcept;
  void unlink(child& c) noexcept;

  std::atomic<std::uint32_t> references_{1};
  scope* body_ = nullptr;             // of with_task_group; used on its thread only
  core::inbox* body_home_ = nullptr;  // of the body's scheduler; written before there are children
  object object_;
  // All below are guarded by object_.lock.
  wait_list joiners_;
  wait_list spawners_;      // wait for a place; empty once a child has failed or the group is cancelled
  child* first_ = nullptr;  // in spawn order
  child* last_ = nullptr;
  std::size_t live_ = 0;  // admitted and not ended; includes the places that woken spawners own
  std::uint64_t round_ = 0;
  bool failed_ = false;
  bool cancelled_ = false;
  const std::size_t at_most_;
  std::vector<std::exception_ptr> errors_;  // has room for one of each live child
};

// The body of with_task_group. A failing child interrupts it.
class task_group_body {
 public:
  explicit task_group_body(task_group_state& group);
  ~task_group_body() { leave(); }
  task_group_body(const task_group_body&) = delete;
  task_group_body& operator=(const task_group_body&) = delete;

  // From now on no failing child interrupts the body.
  void leave() noexcept;
  // Called in the handler of the body's error: cancels the children and waits for them. Throws the first failure of a
  // child if that came earlier. Else returns; the caller then throws the body's error.
  void fail();

 private:
  task_group_state& group_;
  scope scope_;
};

}  // namespace weft::detail
