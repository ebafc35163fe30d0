// What generators and greenlets stand on: contexts with a stack of their own that run as part of a coroutine, or of a
// plain thread, and switch without asking a scheduler. The scheduler never learns of them: a coroutine that waits on
// such a stack is suspended there and resumed there, because what the scheduler keeps of it is the stack pointer of the
// wait.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <unordered_map>

#include "core/exception_state.hpp"
#include "core/sanitizer.hpp"
#include "core/scheduler.hpp"
#include "core/stack.hpp"
#include "core/stack_pool.hpp"
#include "weft/greenlet.hpp"
#include "weft_switch.h"

namespace weft::detail {

class generator_base;
class greenlet_base;

// A context while it does not run.
struct suspended_context {
  void* sp = nullptr;
  core::execution_state execution;
  core::fiber_annotation annotation;
};

// One coroutine's line of execution, or that of a thread outside of its coroutines: what runs in it right now.
// Exists while it has something to remember.
struct strand {
  strand() = default;
  strand(const strand&) = delete;
  strand& operator=(const strand&) = delete;
  ~strand();
  bool nothing_to_remember() const noexcept;

  std::uint64_t coroutine_id = 0;       // 0: the thread's own
  generator_base* innermost = nullptr;  // the generator whose body runs; its consumers below it are linked from there
  greenlet_base* current = nullptr;     // the greenlet that runs; null: the root, which nobody has asked for yet
  greenlet_base* root = nullptr;        // holds a reference
  greenlet_base* left = nullptr;        // the greenlet that the switch under way came from
};

// A suspended context whose last owner went away on another thread, in line to be unwound by its own.
class orphan {
 public:
  virtual void unwind() noexcept = 0;   // on its home thread
  virtual void abandon() noexcept = 0;  // anywhere, after its home thread has ended: no destructor on its stack runs

 protected:
  virtual ~orphan() = default;

 private:
  friend class home_thread;
  orphan* next_ = nullptr;
};

// The part of an OS thread that its generators and greenlets use. Lives until the thread and the last of them are gone;
// only the functions that say so may be called from other threads.
class home_thread {
 public:
  home_thread();
  ~home_thread();
  home_thread(const home_thread&) = delete;
  home_thread& operator=(const home_thread&) = delete;

  static home_thread& of_this_thread() {
    if (of_this_thread_ == nullptr) [[unlikely]]
      attach();
    return *of_this_thread_;
  }
  // The same without making one; null if there is none, or its thread has ended.
  static home_thread* of_this_thread_if_any() noexcept { return of_this_thread_; }

  // From any thread.
  void add_reference() noexcept { references_.fetch_add(1, std::memory_order_relaxed); }
  void release() noexcept;
  bool ended() const noexcept { return ended_.load(std::memory_order_acquire); }
  // False if this thread has ended: then nothing happened.
  bool adopt(orphan& o) noexcept;

  strand& running_strand() {
    std::uint64_t id = 0;
    if (core::scheduler* s = core::scheduler::current(); s != nullptr) {
      if (&s->messages() != inbox_) [[unlikely]]
        remember_inbox(s->messages());
      if (const core::coroutine* c = s->running(); c != nullptr) id = c->id;
    }
    return last_used_->coroutine_id == id ? *last_used_ : find_strand(id);
  }
  // Unwinds what other threads have dropped. Called at every switch.
  void take_care_of_orphans() {
    if (has_orphans_.load(std::memory_order_relaxed)) [[unlikely]]
      unwind_orphans();
  }

  // At least as large as the running coroutine's and as what its scheduler gives by default. Throws std::bad_alloc.
  core::stack take_stack();
  // On any thread: to its own pool, whatever pool the stack came from.
  static void give_stack(const core::stack& unused) noexcept;

  // Leaves the running context for `to`; returns when somebody switches back to `from`. With last_switch::yes nobody
  // may.
  [[gnu::always_inline]] inline void switch_to(suspended_context& from, suspended_context& to,
                                               core::last_switch last = core::last_switch::no) {
    core::exchange(registers_, from.execution, to.execution);
#if defined(WEFT_ASAN) || defined(WEFT_TSAN)
    // The scheduler describes to the sanitizers the stack that a coroutine is on by the coroutine's annotation. So that
    // stays the description of the running context, and those of the others are kept beside their stack pointers.
    core::fiber_annotation& running = annotation_of_running();
    from.annotation = running;
    from.annotation.adopt_thread();
    running = to.annotation;
    core::before_switch(from.annotation, running, last);
    weft_switch(&from.sp, to.sp);
    arrive();
#else
    (void)last;
    weft_switch(&from.sp, to.sp);
#endif
  }
  // The first thing that a new context does.
  [[gnu::always_inline]] inline void arrive() {
#if defined(WEFT_ASAN) || defined(WEFT_TSAN)
    core::after_switch(annotation_of_running());
#endif
  }

  // Called after each switch between greenlets of this thread; shared, so that it may replace itself while it runs.
  std::shared_ptr<greenlet_tracer> tracer;
  bool tracing = false;  // it runs: what it does is not traced

 private:
  static void attach();
  core::fiber_annotation& annotation_of_running() noexcept;
  strand& find_strand(std::uint64_t id);
  void remember_inbox(core::inbox& messages);
  void unwind_orphans();
  void end() noexcept;
  friend struct home_thread_end;

  static constinit thread_local home_thread* of_this_thread_;

  strand* last_used_ = &thread_strand_;
  core::execution_registers registers_;
  std::atomic<bool> has_orphans_{false};
  strand thread_strand_;
  core::fiber_annotation thread_annotation_;
  // Strands of coroutines. One with nothing to remember may stay for a while: forgetting is cheaper by the dozen.
  std::unordered_map<std::uint64_t, std::unique_ptr<strand>> strands_;
  std::size_t forget_at_ = 64;
  core::stack_pool stacks_;

  std::atomic<std::uint64_t> references_{1};  // one is the thread's
  std::mutex orphans_lock_;                   // guards the next three
  orphan* orphans_ = nullptr;                 // in the order in which they were dropped
  orphan** last_orphan_ = &orphans_;
  core::inbox* inbox_ = nullptr;  // of the scheduler that used generators or greenlets here last; it may have ended
  std::atomic<bool> ended_{false};
};

}  // namespace weft::detail
