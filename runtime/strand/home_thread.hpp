// The base of generators and greenlets: contexts with their own stacks that run inside a coroutine or a plain thread,
// and switch without a scheduler. The scheduler never learns of them: a coroutine that waits on such a stack is
// suspended and resumed there, because the scheduler keeps only the stack pointer of the wait.
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

// The line of execution of one coroutine, or of a thread outside of its coroutines: the generator and the greenlet that
// run in it. Exists while it has any data.
struct strand {
  strand() = default;
  strand(const strand&) = delete;
  strand& operator=(const strand&) = delete;
  ~strand();
  bool nothing_to_remember() const noexcept;

  std::uint64_t coroutine_id = 0;       // 0: the thread's own
  generator_base* innermost = nullptr;  // the generator whose body runs; its consumers are linked from it
  greenlet_base* current = nullptr;     // the running greenlet; null: the root, not yet made
  greenlet_base* root = nullptr;        // owns a reference
  greenlet_base* left = nullptr;        // the greenlet that the present switch left
};

// A suspended context whose last owner was destroyed on another thread; its home thread unwinds it.
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

// The data of an OS thread for its generators and greenlets. Lives until the thread and the last of them are gone.
// Other threads may call only the functions marked so.
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
  // The same without making one; null if there is none, or the thread has ended.
  static home_thread* of_this_thread_if_any() noexcept { return of_this_thread_; }

  // Callable from any thread.
  void add_reference() noexcept { references_.fetch_add(1, std::memory_order_relaxed); }
  void release() noexcept;
  bool ended() const noexcept { return ended_.load(std::memory_order_acquire); }
  // False if this thread has ended: then nothing has changed.
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
  // Unwinds contexts that other threads have dropped. Called at every switch.
  void take_care_of_orphans() {
    if (has_orphans_.load(std::memory_order_relaxed)) [[unlikely]]
      unwind_orphans();
  }

  // A stack at least as large as the running coroutine's and as the scheduler's default. Throws std::bad_alloc.
  core::stack take_stack();
  // Callable on any thread: gives the stack to that thread's pool, whatever pool it came from.
  static void give_stack(const core::stack& unused) noexcept;

  // Leaves the running context for `to`; returns when a context switches back to `from`. With last_switch::yes none
  // may.
  [[gnu::always_inline]] inline void switch_to(suspended_context& from, suspended_context& to,
                                               core::last_switch last = core::last_switch::no) {
    core::exchange(registers_, from.execution, to.execution);
#if defined(WEFT_ASAN) || defined(WEFT_TSAN)
    // The scheduler describes the present stack to the sanitizers by the coroutine's annotation. So that annotation
    // stays the one of the running context; the annotations of other contexts are stored beside their stack pointers.
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
  // The first call in a new context.
  [[gnu::always_inline]] inline void arrive() {
#if defined(WEFT_ASAN) || defined(WEFT_TSAN)
    core::after_switch(annotation_of_running());
#endif
  }

  // Called after each switch between greenlets of this thread; shared, so that it may replace itself while it runs.
  std::shared_ptr<greenlet_tracer> tracer;
  bool tracing = false;  // the tracer runs: its own switches are not traced

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
  // Strands of coroutines. A strand without data may stay for a while: removing many at once is cheaper.
  std::unordered_map<std::uint64_t, std::unique_ptr<strand>> strands_;
  std::size_t forget_at_ = 64;
  core::stack_pool stacks_;

  std::atomic<std::uint64_t> references_{1};  // the thread owns one
  std::mutex orphans_lock_;                   // guards the next three
  orphan* orphans_ = nullptr;                 // in the order of their drops
  orphan** last_orphan_ = &orphans_;
  core::inbox* inbox_ = nullptr;  // of the scheduler that last used generators or greenlets here; may have ended
  std::atomic<bool> ended_{false};
};

}  // namespace weft::detail
