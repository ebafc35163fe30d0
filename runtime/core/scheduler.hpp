// The scheduler of one OS thread: who runs, who is ready, who sleeps, who waits for which fd. It tells its observer
// everything and does no trace I/O itself. Everything here happens on its own thread; other threads only post to its
// inbox.
//
// A change of state and its event are one act: transitions writes the state, the pen tells the diary.
//
//   a coroutine's life:  spawn -> ready -> running -> (yield -> ready | wait -> blocked -> wake -> ready)* -> ended
//
// A switch goes straight from one coroutine to the next. Only when nobody is ready does the thread's own stack (the
// root) run: it polls. Conservation law, checked in debug builds at each round of the root: ready + blocked == live.
#pragma once

#include <cstdint>
#include <exception>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/checkpointer.hpp"
#include "core/clock.hpp"
#include "core/context.hpp"
#include "core/coroutine.hpp"
#include "core/coroutine_slab.hpp"
#include "core/fd_waits.hpp"
#include "core/gate_watch.hpp"
#include "core/inbox.hpp"
#include "core/live_list.hpp"
#include "core/main_end.hpp"
#include "core/observer.hpp"
#include "core/pen.hpp"
#include "core/poller.hpp"
#include "core/random_sequence.hpp"
#include "core/ready_queue.hpp"
#include "core/rounds.hpp"
#include "core/scheduler_list.hpp"
#include "core/script_player.hpp"
#include "core/stack_lender.hpp"
#include "core/time_limits.hpp"
#include "core/transitions.hpp"

namespace weft::core {

struct scheduler_settings {
  std::size_t stack_size = default_stack_size;
  std::optional<std::uint64_t> shuffle_seed;
  bool detect_deadlock = true;
};

struct scheduler_counts {
  std::uint64_t switches = 0;  // another coroutine than before runs
  std::uint64_t spawned = 0, finished = 0, cancelled = 0, failed = 0, polls = 0;
};

class scheduler {
 public:
  // Borrows clock and poller, which must outlive it. Becomes this thread's scheduler; there must be none.
  scheduler(const scheduler_settings& settings, clock& c, poller& p);
  ~scheduler();  // every coroutine has ended, or is given up with its stack (see run())
  scheduler(const scheduler&) = delete;
  scheduler& operator=(const scheduler&) = delete;

  // This thread's scheduler, or null.
  static scheduler* current() noexcept { return current_of_thread_; }
  // Around a fork, in the parent: the scheduler is not this thread's for a moment.
  static scheduler* put_aside_current() noexcept { return std::exchange(current_of_thread_, nullptr); }
  static void take_up_again(scheduler* s) noexcept { current_of_thread_ = s; }
  // In a forked child: this thread has no scheduler any more, without a touch on the one that was.
  static void abandon_current() noexcept { current_of_thread_ = nullptr; }

  // Runs until every coroutine has ended. `main` is the one that gets deadlock_error. Returns false if coroutines are
  // left that can never go on (after main's end): they are given up without unwinding.
  bool run(coroutine& main);

  // ==== asked by the coroutine that runs

  // Puts it at the back of the ready queue. Throws its interruption, if one is due.
  void yield();
  // Suspends it for limit.
  detail::wait_outcome sleep(detail::time_limit limit);
  // Suspends it; see detail::suspend().
  detail::wait_outcome wait(detail::object& o, detail::waiter& w, diary::wait_reason reason, detail::time_limit limit);
  // Suspends it until fd is ready; see detail::wait_fd().
  detail::io_outcome wait_fd(int fd, detail::direction d, detail::time_limit limit, bool tried);
  // The same in two halves, for a co_task, which cannot stop inside a function (waiting.cpp). True: the wait has
  // begun and the coroutine must stop at once: one without a stack by returning `none` from body::run(), any other by
  // stop(). False: no need to stop. Both times end_wait() comes next, and tells the outcome. Throw std::logic_error
  // where waiting is forbidden.
  bool begin_yield();
  bool begin_sleep(detail::time_limit limit);
  bool begin_wait(detail::object& o, detail::waiter& w, diary::wait_reason reason);
  bool begin_wait_fd(int fd, detail::direction d, detail::waiter& w);
  void stop();
  detail::io_outcome end_wait() noexcept;
  // See detail::try_input().
  bool must_wait_for_input() const noexcept { return player_.plays() && player_.waits_for_input(); }
  // It is about to wait until a point in time. Whether that has come: `by_clock`, or what a script says.
  bool point_has_come(bool by_clock) noexcept;

  // True if a suspension would throw at once.
  bool interruption_due(coroutine& c) noexcept { return c.pending != interruption::none && something_due(c); }
  // Takes what is due out of it; null: it is a cancellation.
  std::exception_ptr take_interruption();
  // Throws what somebody asked for into it, shields or not; `cancelled` if nobody did.
  [[noreturn]] void throw_request();
  // Of a select, before it looks at its cases: throws what is due, so that a loop of selects in which each finds
  // something at once, or is granted it while it stands behind whoever got it, can be ended. Not within a callback,
  // whose errors lead nowhere.
  void deliver_to_select();
  void open_scope(detail::scope& s, detail::time_limit limit);

  // ==== asked on this thread, whoever runs

  // The coroutine that runs, null while the root polls.
  coroutine* running() const noexcept { return running_ == &root_ ? nullptr : running_; }
  // A new coroutine that will execute `work`: at the back of the ready queue, or after delay_ns if that is not
  // negative. Throws std::bad_alloc; then `work` was not taken.
  coroutine* spawn(body& work, std::size_t stack_size, std::int64_t delay_ns = -1);
  // Wakes a coroutine of this scheduler whose wait was granted.
  void wake(coroutine& c, const detail::object& o) noexcept {
    make_ready(c);
    pen_.granted(c, o);
  }
  // Cuts off whoever was woken by o and has not run since: o is being destroyed.
  void forget_grants_of(const detail::object& o) noexcept;
  // Wakes everybody who waits for fd with io_outcome::closed and forgets it.
  void close_fd(int fd) noexcept { fds_.close(fd); }

  // Makes `c` be interrupted: at once if it is suspended, else at its next suspension. Nothing if one is pending
  // already.
  void interrupt(coroutine& c, interruption kind, std::exception_ptr error) noexcept;
  // Interrupts everybody but `self`, in spawn order.
  void cancel_all_but(coroutine& self) noexcept;
  // Makes it ready to fire after limit, in whatever stage it is.
  void arm_scope(detail::scope& s, detail::time_limit limit);
  void close_scope(detail::scope& s) noexcept;
  // Fires it now.
  void fire_scope(detail::scope& s) noexcept;

  // Of the stack that the running coroutine is on: its own, or for one without the root's.
  fiber_annotation& annotation_of_running() noexcept {
    return (running_->resume == resume_kind::stackless ? root_ : *running_).annotation;
  }
  const scheduler_counts& counts() const noexcept { return counts_; }
  std::size_t live() const noexcept { return live_.size(); }
  std::optional<std::uint64_t> shuffle_seed() const noexcept { return settings_.shuffle_seed; }
  // The next number of the sequence that select() chooses by: the same in every run with the same seed.
  std::uint64_t next_choice() noexcept { return choices_.next(); }

  // What it is made of, as far as others use it.
  inbox& messages() noexcept { return *inbox_; }
  clock& time() noexcept { return clock_; }
  stack_pool& stacks() noexcept { return stacks_.pool(); }
  main_end& end_of_main() noexcept { return main_end_; }
  // What writes its diary.
  pen& diary() noexcept { return pen_; }

  // From now on tells `o` (null: nobody) what happens.
  void set_observer(observer* o) noexcept;
  // Tells the observer the whole present state: for a recording that begins in the middle, and now and then so that a
  // reader can begin there. O(live coroutines). Nothing if there is no memory for it.
  void record_checkpoint() noexcept;
  // Gives a coroutine another name in the diary.
  void record_rename(const coroutine& c, std::string_view name);
  // From now on, until it is over, `s` decides. Before the first coroutine; `s` is the observer, too, or hears of what
  // it is told.
  void follow(script& s) noexcept;

  // From now on asks `g` (null: nobody) whether somebody has come; `door`: the fd that becomes readable then.
  void set_gate(gate* g, int door) noexcept;
  // From now on every round of the root asks the gate, or no more. open_gate() also within begin_round().
  void close_gate() noexcept { gate_.close(); }
  void open_gate() noexcept { gate_.open(); }
  // Who left the thread to the root last.
  std::uint64_t last_run_id() const noexcept { return last_run_id_; }

  // The live coroutine with this id, or null; the oldest of all. For reports: O(n).
  coroutine* find(std::uint64_t id) const noexcept { return live_.find(id); }
  coroutine* oldest() const noexcept { return live_.oldest(); }
  // The ready queue, linked by coroutine::next. For reports and tests.
  const coroutine* ready_front() const noexcept { return ready_.front(); }

 private:
  friend class script_player;  // does on the root what the script says
  friend class scheduler_list;

  // -- switching (switch.cpp, switching.hpp)
  void change_running(coroutine& from, coroutine& to);  // everything of a switch but the stack
  enum class leaving { in_place, by_call };             // switch_inline() or switch_given()
  // To the stack that `to` runs on; comes back later.
  template <leaving how>
  void change_stack(coroutine& whose_stack, coroutine& to, control_words now);
  void resume(coroutine& from, coroutine& to, control_words now);
  void yield_in_any_case(control_words now);
  coroutine& stand_behind_all(coroutine& me);  // in the ready queue; returns who runs next, which may be `me`
  coroutine* next_ready();         // takes the next one out of the ready queue, with a stack; null if nobody is ready
  coroutine* next_ready_inline();  // the same
  coroutine& pick_next_inline();   // the same; the root if nobody is ready or it is time to look at events
  void enter(coroutine& next);     // from the root; returns when the root runs again
  coroutine& run_stackless(coroutine& me);  // on the root's stack, until it has stopped; returns who runs next
  static void coroutine_entry(void* c);
  static void deliver_entry(void* c);
  // Its end; returns who runs next.
  coroutine& retire(coroutine& me, diary::coroutine_status status) noexcept;
  [[noreturn]] void finish(coroutine& me, diary::coroutine_status status) noexcept;
  void release_ended() noexcept;
  void give_back_block(coroutine& c) noexcept;  // with its stack

  // -- waiting (waiting.cpp). block_..() make `me` wait and return who runs next; end_of_..() come when it runs again.
  void before_suspension(coroutine& me);  // throws what is due, or that a callback must not wait
  bool may_begin(coroutine& me);          // the same for a co_task; false: an interruption is due
  coroutine& block_for(coroutine& me, detail::time_limit limit);
  coroutine& block_on(coroutine& me, detail::object& o, detail::waiter& w, diary::wait_reason reason,
                      detail::time_limit limit);
  coroutine& block_on_fd(coroutine& me, fd_waits::entry& e, int fd, detail::direction d, detail::waiter& w,
                         detail::time_limit limit);
  detail::wait_outcome end_of_object_wait(coroutine& me) noexcept;
  detail::io_outcome end_of_fd_wait(coroutine& me);
  void let_waker_leave(coroutine& me) noexcept;
  void begin_block(coroutine& me, diary::wait_reason reason, detail::time_limit limit, timer_kind kind) {
    if (!limit.is_forever()) limit_block(me, limit, kind);
    transitions::block(me, reason, counts_.switches);
  }
  void limit_block(coroutine& me, detail::time_limit limit, timer_kind kind);
  void end_block(coroutine& me) noexcept {
    limits_.disarm(me.time_limit);
    me.waiting = nullptr;
    me.object = nullptr;
  }
  // Makes it due when the limit is over, which is not `forever`. Throws std::bad_alloc.
  void arm(timer& t, detail::time_limit limit);
  // What the diary says of the limit.
  std::int64_t told_limit(const timer& t, detail::time_limit limit) const noexcept {
    return pen_.on() ? limits_.told(t, limit) : limit.ns;
  }

  // -- waking (scheduler.cpp)
  void make_ready(coroutine& c) noexcept {
    transitions::wake(c);
    ready_.push_back(&c);
  }
  // Its wait has been ended for a reason of its own.
  void wake_interrupted(coroutine& c, diary::wake_cause cause) noexcept {
    make_ready(c);
    pen_.interrupted(c, cause);
  }
  bool take_out_of_wait(coroutine& c) noexcept;  // false: a grant from another thread is under way
  void push_interruption(coroutine& c) noexcept;
  static void interrupt_yield(coroutine& c) noexcept;  // one that is ready because of a yield
  void interrupt_by_deadlock(coroutine& main);

  // -- interruptions of a part of a run (scopes.cpp)
  bool something_due(coroutine& c) noexcept;
  bool select_interrupted(coroutine& me) noexcept;
  std::exception_ptr take_request(coroutine& me) noexcept;
  static bool cancel_due(const coroutine& c) noexcept { return has(c.pending, asked_for) && c.shields == 0; }
  detail::scope* due_scope(coroutine& c) noexcept;  // the one whose turn it is; null: none has run out
  // Its time has come. Returns its coroutine if that was blocked and is to be made ready; null: nobody.
  coroutine* expire(detail::scope& s) noexcept;
  void detach_scopes(coroutine& c) noexcept;  // they outlive their coroutine (in a generator that is kept)
  std::uint64_t depth_of(const detail::scope& s) const noexcept;
  void record_scope_expired(const detail::scope& s) noexcept;

  // -- the root (root_loop.cpp)
  coroutine& events_due() noexcept;  // it is time to look; returns who goes on, the root if there is something for it
  bool root_is_wanted() noexcept;
  std::int64_t sleep_ns() noexcept;  // how long the poller may sleep, negative: without end
  void take_messages();
  void take_message(inbox_message& m);
  void fire_timers(std::int64_t now_ns);
  void fire(timer& t, std::int64_t lateness_ns);
  coroutine* fire_limit_of(detail::scope& s) noexcept;  // returns whom to wake, as expire()
  void poll(std::int64_t timeout_ns);
  bool counts_agree() const noexcept;  // ready and blocked ones are all there are; only of debug builds
  bool hopeless() const;               // nothing inside or outside can ever wake anybody

  // Asked for by every operation. Initial-exec: one load, also in a shared library.
#if defined(__ELF__)
  [[gnu::tls_model("initial-exec")]]
#endif
  static constinit thread_local scheduler* current_of_thread_;
  scheduler_links links_;

  // -- of every switch
  coroutine* running_ = nullptr;  // &root_ while the root runs
  ready_queue ready_;
  rounds rounds_;
  execution_registers registers_;
  scheduler_counts counts_;
  pen pen_;
  coroutine root_;                    // the thread's own stack, as something to switch to
  coroutine* ended_ = nullptr;        // the last one that ended: it left its stack, but only by a switch
  coroutine* chosen_next_ = nullptr;  // from a begin_..() until its coroutine has stopped
  std::uint64_t last_run_id_ = 0;     // who ran before the root

  clock& clock_;
  poller& poller_;
  live_list live_;
  time_limits limits_;
  coroutine_slab slab_;
  stack_lender stacks_;
  inbox* inbox_;
  std::vector<inbox_message> messages_;  // scratch of take_messages
  fd_waits fds_;
  main_end main_end_;
  script_player player_;
  random_sequence choices_;
  checkpointer checkpointer_;
  gate_watch gate_;  // for somebody outside
  scheduler_settings settings_;
};

}  // namespace weft::core
