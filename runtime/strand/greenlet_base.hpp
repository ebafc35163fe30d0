// A greenlet without its types. The public header describes its behaviour; its life:
//
//   created --first switch--> running <--switch--> suspended          a value or error ends it: running -> dead
//      \--error thrown in--> dead                       \--unwound, or abandoned with its thread--> dead
//
// Two counts. handles_ counts the program's references: at 0 a suspended greenlet is unwound. references_ keeps the
// memory: one for all handles together, one for each child, one for the root's strand or the live stack, one for a
// place in the orphans' line. A greenlet belongs to its home thread; other threads may use only the counts and the
// functions marked so.
#pragma once

#include <atomic>
#include <memory>

#include "strand/home_thread.hpp"
#include "weft/greenlet.hpp"

namespace weft::detail {

enum class greenlet_state : std::uint8_t { created, running, suspended, dead };

class greenlet_base final : public orphan {
 public:
  // Makes a greenlet with a function, as a child of the running one.
  greenlet_base(std::unique_ptr<greenlet_body> body, const greenlet_type& type);
  // Makes the root of a strand, which runs.
  greenlet_base(home_thread& home, strand& of);
  greenlet_base(const greenlet_base&) = delete;
  greenlet_base& operator=(const greenlet_base&) = delete;

  // The running greenlet; makes the root if there is none.
  static greenlet_base& current(home_thread& home);

  // Callable from any thread.
  void add_handle() noexcept;
  void drop_handle() noexcept;
  void add_reference() noexcept { references_.fetch_add(1, std::memory_order_relaxed); }
  void release() noexcept;
  bool owns(const void* address) const noexcept;  // does the address lie on its stack?
  bool is_root() const noexcept { return type_ == nullptr; }
  bool only_its_strand_knows_it() const noexcept { return references_.load(std::memory_order_acquire) == 1; }
  std::uint64_t id() const noexcept { return id_; }
  greenlet_state state() const noexcept { return state_.load(std::memory_order_relaxed); }
  bool started() const noexcept { return started_.load(std::memory_order_relaxed); }

  // Only on the home thread.
  const greenlet_type* type() const noexcept { return type_; }
  greenlet_base* parent() const noexcept { return unwinder_ != nullptr ? unwinder_ : parent_; }
  void set_parent(greenlet_base* parent);
  // Switches from the running greenlet to this one, or to its nearest live parent.
  void switch_here(greenlet_parcel& parcel, void* receiving);
  // Call after a switch to this greenlet. Throws the error that was thrown in.
  void arrived(home_thread& home);

  void unwind() noexcept override;
  void abandon() noexcept override;

 private:
  ~greenlet_base();
  static void entry(void* self);
  static greenlet_base& hand_over(greenlet_base& first, greenlet_parcel& parcel, greenlet_base*& at);
  greenlet_base& deliver_here(greenlet_parcel& parcel);
  greenlet_base& run_to_end() noexcept;
  greenlet_base& heir(greenlet_parcel& parcel) noexcept;
  void expect_same_strand(const home_thread& home, const strand& here) const;
  bool accepts(const greenlet_type& type) const noexcept;
  void prepare_start();
  void die_unstarted() noexcept;
  void leave_for(strand& here, greenlet_base& to, greenlet_state as);
  void trace(home_thread& home, greenlet_event event, std::uint64_t from) const;
  void unwind_from_here() noexcept;
  void unreachable() noexcept;
  bool is_unreachable() const noexcept;
  void release_stack() noexcept;
  void link_parent(greenlet_base* parent) noexcept;
  static void unlink(greenlet_base* parent) noexcept;

  std::atomic<greenlet_state> state_{greenlet_state::created};
  std::atomic<bool> started_{false};
  const greenlet_type* type_;    // null: a root
  const greenlet_type* awaits_;  // the type that can be delivered into receiving_
  void* receiving_;              // an optional of that type; null: a value is dropped
  std::exception_ptr error_;     // to throw when the greenlet goes on
  suspended_context context_;
  generator_base* innermost_ = nullptr;  // the strand's, while suspended
  greenlet_base* parent_ = nullptr;      // null: a root, or set so by the program
  greenlet_base* root_;                  // itself for a root
  greenlet_base* unwinder_ = nullptr;    // the greenlet that unwinds this one: gets control back instead of the parent
  unsigned unwinds_ = 0;                 // how many others it is unwinding: it goes on when they have ended
  home_thread& home_;
  const std::uint64_t coroutine_id_;  // of its strand
  const std::uint64_t id_;
  std::unique_ptr<greenlet_body> body_;
  core::stack memory_;
  std::atomic<const char*> stack_low_{nullptr};
  std::atomic<const char*> stack_high_{nullptr};
  std::atomic<std::uint32_t> handles_{0};
  std::atomic<std::uint32_t> children_{0};
  std::atomic<std::uint32_t> references_{1};
  std::atomic<bool> in_orphans_line_{false};
};

}  // namespace weft::detail
