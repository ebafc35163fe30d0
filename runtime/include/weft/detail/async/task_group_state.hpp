// What a task_group shares with its children, which may outlive it if their end was hopeless. Not for programs.
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
  // One child: made before its task, so that nothing can fail after that has started.
  class child final : public end_hook {
   public:
    explicit child(task_group_state& g) noexcept : end_hook(&g), group(&g) {}
    void task_ended(task_state& t) noexcept override { group->end(*this, t); }

   private:
    friend class task_group_state;
    task_group_state* const group;  // a reference
    task_state* task = nullptr;     // null until it is kept
    child* next = nullptr;
    child* previous = nullptr;
    std::uint64_t asked = 0;  // the last round of cancelling that it was in
    bool over = false;        // ended before it was kept
  };

  // The value for: as many children as there may be.
  static constexpr std::size_t unlimited = std::numeric_limits<std::size_t>::max();

  explicit task_group_state(std::string_view name, std::size_t at_most = unlimited);
  task_group_state(const task_group_state&) = delete;
  task_group_state& operator=(const task_group_state&) = delete;
  void release() noexcept;

  // Room for one more child, which counts from now on. Suspends while there is no place; throws what interrupts that,
  // and std::logic_error if a child has failed.
  child* admit();
  void dismiss(child* c) noexcept;              // its task was not started
  void keep(child* c, task_state& t) noexcept;  // its task has been started; cancels it if the group is cancelled

  // Cancels all children, in the order of their spawns. Afterwards no failure is thrown.
  void cancel() noexcept;
  // Suspends until no child is left; interrupted, it cancels the children and waits for them before it throws. Then
  // throws the first failure, unless the group is cancelled.
  void join();
  // Cancels all children and suspends until none is left, shielded. Throws only deadlock_error.
  void cancel_and_wait();
  void rethrow_first() const;

  bool failed() const;
  std::vector<std::exception_ptr> errors() const;
  std::size_t size() const;
  bool is_idle() const;  // no child, and nobody who waits to spawn one

 private:
  friend class task_group_body;

  ~task_group_state() = default;
  void end(child& c, task_state& t) noexcept;
  void give_up_place() noexcept;
  // Before, all of these: object_.lock is held.
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
  scope* body_ = nullptr;             // of with_task_group; touched on its thread only
  core::inbox* body_home_ = nullptr;  // of the body's scheduler; written before there are children
  object object_;
  // All below are guarded by object_.lock.
  wait_list joiners_;
  wait_list spawners_;      // wait for a place; empty once a child has failed or the group is cancelled
  child* first_ = nullptr;  // in the order of spawns
  child* last_ = nullptr;
  std::size_t live_ = 0;  // admitted, and not ended; the places that belong to woken spawners count
  std::uint64_t round_ = 0;
  bool failed_ = false;
  bool cancelled_ = false;
  const std::size_t at_most_;
  std::vector<std::exception_ptr> errors_;  // has room for one of each live child
};

// The body of with_task_group, which a failing child interrupts.
class task_group_body {
 public:
  explicit task_group_body(task_group_state& group);
  ~task_group_body() { leave(); }
  task_group_body(const task_group_body&) = delete;
  task_group_body& operator=(const task_group_body&) = delete;

  // From now on nobody interrupts it.
  void leave() noexcept;
  // Called while the body's error is handled: cancels the children and waits for them. Throws the first failure of a
  // child, if that came before; else returns, and the body's error is to be thrown.
  void fail();

 private:
  task_group_state& group_;
  scope scope_;
};

}  // namespace weft::detail
