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

#include <algorithm>
#include <cassert>
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
#include "core/fd_table.hpp"
#include "core/gate_watch.hpp"
#include "core/inbox.hpp"
#include "core/live_list.hpp"
#include "core/look_pace.hpp"
#include "core/observer.hpp"
#include "core/pen.hpp"
#include "core/poller.hpp"
#include "core/random_sequence.hpp"
#include "core/ready_queue.hpp"
#include "core/scheduler_list.hpp"
#include "core/script.hpp"
#include "core/stack_pool.hpp"
#include "core/timer_heap.hpp"
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

  // In a forked child: this thread has no scheduler any more, without a touch on the one that was.
  static void abandon_current() noexcept { current_of_thread_ = nullptr; }
  // Around a fork, in the parent: the scheduler is not this thread's for a moment.
  static scheduler* put_aside_current() noexcept { return std::exchange(current_of_thread_, nullptr); }
  static void take_up_again(scheduler* s) noexcept { current_of_thread_ = s; }
  // This thread's scheduler, or null.
  static scheduler* current() noexcept { return current_of_thread_; }
  // The coroutine that runs, null while the root polls.
  coroutine* running() const noexcept { return running_ == &root_ ? nullptr : running_; }

  // A new coroutine that will execute `work`: at the back of the ready queue, or after delay_ns if that is not
  // negative. Throws std::bad_alloc; then `work` was not taken.
  coroutine* spawn(body& work, std::size_t stack_size, std::int64_t delay_ns = -1);

  // Runs until every coroutine has ended. `main` is the one that gets deadlock_error. Returns false if coroutines are
  // left that can never go on (after main's end): they are given up without unwinding.
  bool run(coroutine& main);

  // -- called by the coroutine that runs
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
  bool must_wait_for_input() const noexcept { return script_ != nullptr && script_->waits_for_input(); }
  // Waits until it is the only one left; only for main's end.
  void wait_for_others();
  // Main ends although others can never go on: run() returns at the next switch to the root.
  void give_up() noexcept { main_gave_up_ = true; }
  // True if a suspension would throw at once.
  bool interruption_due(coroutine& c) noexcept { return c.pending != interruption::none && something_due(c); }
  // Of a select, before it looks at its cases: throws what is due, so that a loop of selects in which each finds
  // something at once, or is granted it while it stands behind whoever got it, can be ended. Not within a callback,
  // whose errors lead nowhere.
  void deliver_to_select();
  // The running coroutine is about to wait until a point in time. Whether that has come: `by_clock`, or what a script
  // says.
  bool point_has_come(bool by_clock) noexcept;
  // Takes what is due out of the running coroutine; null: it is a cancellation.
  std::exception_ptr take_interruption();
  // Throws what somebody asked for into the running coroutine, shields or not; `cancelled` if nobody did.
  [[noreturn]] void throw_request();
  void open_scope(detail::scope& s, detail::time_limit limit);

  // -- called on this thread, by whoever runs
  // Wakes a coroutine of this scheduler whose wait was granted.
  void wake(coroutine& c, const detail::object& o) noexcept {
    make_ready(c);
    pen_.granted(c, o);
  }
  // Makes `c` be interrupted: at once if it is suspended, else at its next suspension. Nothing if one is pending
  // already.
  void interrupt(coroutine& c, interruption kind, std::exception_ptr error) noexcept;
  // Makes it ready to fire after limit, in whatever stage it is.
  void arm_scope(detail::scope& s, detail::time_limit limit);
  void close_scope(detail::scope& s) noexcept;
  // Fires it now.
  void fire_scope(detail::scope& s) noexcept;
  // Cuts off whoever was woken by o and has not run since: o is being destroyed.
  void forget_grants_of(const detail::object& o) noexcept;
  // Interrupts everybody but `self`, in spawn order.
  void cancel_all_but(coroutine& self) noexcept;
  // Wakes everybody who waits for fd with io_outcome::closed and forgets it.
  void close_fd(int fd) noexcept;
  // Gives a coroutine another name in the diary.
  void record_rename(const coroutine& c, std::string_view name);

  // Of the stack that the running coroutine is on: its own, or for one without the root's.
  fiber_annotation& annotation_of_running() noexcept {
    return (running_->resume == resume_kind::stackless ? root_ : *running_).annotation;
  }

  inbox& messages() noexcept { return *inbox_; }
  const scheduler_counts& counts() const noexcept { return counts_; }
  std::size_t live() const noexcept { return live_.size(); }
  std::optional<std::uint64_t> shuffle_seed() const noexcept { return settings_.shuffle_seed; }
  // The next number of the sequence that select() chooses by: the same in every run with the same seed.
  std::uint64_t next_choice() noexcept { return choices_.next(); }
  clock& time() noexcept { return clock_; }
  stack_pool& stacks() noexcept { return stacks_; }
  fd_table& fds() noexcept { return fds_; }

  // What writes its diary.
  pen& diary() noexcept { return pen_; }
  // From now on tells `o` (null: nobody) what happens.
  void set_observer(observer* o) noexcept;
  // Tells the observer the whole present state: for a recording that begins in the middle, and now and then so that a
  // reader can begin there. O(live coroutines). Nothing if there is no memory for it.
  void record_checkpoint() noexcept;
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
  // One line a blocked coroutine: who, why, on what, owned by whom.
  std::string blocked_report() const;

 private:
  // While coroutines are ready the root has its turn after so many switches at most, to look at the poller, the timers
  // and the inbox. Looks in between go to the root only if there is something for it.
  static constexpr unsigned round_every = 64;
  void begin_round() noexcept {
    rest_of_round_ = round_every;
    count_to_next_look();
  }
  void count_to_next_look() noexcept {
    events_countdown_ = std::min(pace_.every(), rest_of_round_);
    rest_of_round_ -= events_countdown_;
  }
  bool root_is_wanted() noexcept;

  // -- switching (switch.cpp, switching.hpp)
  void change_running(coroutine& from, coroutine& to);  // everything of a switch but the stack
  enum class leaving { in_place, by_call };             // switch_inline() or switch_given()
  template <leaving how>
  void change_stack(coroutine& whose_stack, coroutine& to,
                    control_words now);  // to the one that `to` runs on; comes back later
  coroutine* with_stack(coroutine* c);
  coroutine* next_ready();           // takes the next one out of the ready queue, with a stack; null if nobody is ready
  coroutine* next_ready_inline();    // the same
  coroutine& pick_next_inline();     // the same; the root if nobody is ready or it is time to look at events
  coroutine& events_due() noexcept;  // it is time: the root, or with a script whom that says
  coroutine& stand_behind_all(coroutine& me);  // in the ready queue; returns who runs next, which may be `me`
  void resume(coroutine& from, coroutine& to, control_words now);
  void yield_in_any_case(control_words now);
  void enter(coroutine& next);              // from the root; returns when the root runs again
  coroutine& run_stackless(coroutine& me);  // on the root's stack, until it has stopped; returns who runs next
  bool give_stack(coroutine& c) noexcept;
  // Its end; returns who runs next.
  coroutine& retire(coroutine& me, diary::coroutine_status status) noexcept;
  [[noreturn]] void finish(coroutine& me, diary::coroutine_status status) noexcept;
  void release_ended() noexcept;
  static void coroutine_entry(void* c);
  static void deliver_entry(void* c);

  // -- waiting (waiting.cpp). block_..() make `me` wait and return who runs next; end_of_..() come when it runs again.
  void before_suspension(coroutine& me);  // throws what is due, or that a callback must not wait
  bool may_begin(coroutine& me);          // the same for a co_task; false: an interruption is due
  coroutine& block_for(coroutine& me, detail::time_limit limit);
  coroutine& block_on(coroutine& me, detail::object& o, detail::waiter& w, diary::wait_reason reason,
                      detail::time_limit limit);
  detail::wait_outcome end_of_object_wait(coroutine& me) noexcept;
  void let_waker_leave(coroutine& me) noexcept;
  fd_table::entry& watched_fd(int fd, bool level);
  coroutine& block_on_fd(coroutine& me, fd_table::entry& e, int fd, detail::direction d, detail::waiter& w,
                         detail::time_limit limit);
  detail::io_outcome end_of_fd_wait(coroutine& me);
  bool waits_for_former_fd(const coroutine& me);

  // -- waking (scheduler.cpp)
  void begin_block(coroutine& me, diary::wait_reason reason, detail::time_limit limit, timer_kind kind) {
    if (!limit.is_forever()) limit_block(me, limit, kind);
    transitions::block(me, reason, counts_.switches);
  }
  void limit_block(coroutine& me, detail::time_limit limit, timer_kind kind);
  void end_block(coroutine& me) noexcept {
    if (me.time_limit.armed()) timers_.remove(me.time_limit);
    me.waiting = nullptr;
    me.object = nullptr;
  }
  void make_ready(coroutine& c) noexcept {
    transitions::wake(c);
    ready_.push_back(&c);
  }
  bool take_out_of_wait(coroutine& c) noexcept;  // false: a grant from another thread is under way
  void push_interruption(coroutine& c) noexcept;
  static void interrupt_yield(coroutine& c) noexcept;  // one that is ready because of a yield
  void interrupt_by_deadlock(coroutine& main);

  // -- scopes (scopes.cpp)
  bool something_due(coroutine& c) noexcept;
  bool select_interrupted(coroutine& me) noexcept;
  std::exception_ptr take_request(coroutine& me) noexcept;
  static bool cancel_due(const coroutine& c) noexcept { return has(c.pending, asked_for) && c.shields == 0; }
  detail::scope* due_scope(coroutine& c) noexcept;  // the one whose turn it is; null: none has run out
  // Its time has come. Returns its coroutine if that was blocked and is to be made ready; null: nobody.
  coroutine* expire(detail::scope& s) noexcept;
  void detach_scopes(coroutine& c) noexcept;  // they outlive their coroutine (in a generator that is kept)
  // Its wait has been ended for a reason of its own.
  void wake_interrupted(coroutine& c, diary::wake_cause cause) noexcept {
    make_ready(c);
    pen_.interrupted(c, cause);
  }
  // Makes it due when the limit is over, which is not `forever`. Throws std::bad_alloc.
  void arm(timer& t, detail::time_limit limit);
  // False: its deadline is over, but the clock whose point it stands for has been set back.
  static bool has_come(timer& t) noexcept;
  // What the diary says of it: how long, from now on.
  std::int64_t told_limit(const timer& t, detail::time_limit limit) noexcept {
    return limit.clock == nullptr || !pen_.on() ? limit.ns : distance_of(t);
  }
  std::int64_t distance_of(const timer& t) noexcept;

  // -- events (root_loop.cpp)
  std::int64_t sleep_ns() noexcept;  // how long the poller may sleep, negative: without end
  void take_messages();
  void take_message(inbox_message& m);
  void fire_timers(std::int64_t now_ns);
  void fire(timer& t, std::int64_t lateness_ns);
  coroutine* fire_limit_of(detail::scope& s) noexcept;  // returns whom to wake, as expire()
  void poll(std::int64_t timeout_ns);
  void dispatch(int fd, std::uint32_t generation, std::uint32_t ready);
  void take_closed_fds();
  void wake_fd_waiters(detail::wait_list& list, int fd, std::uint32_t ready) noexcept;
  void wake_waiters_of_closed(int fd, const closed_fd* told) noexcept;  // null: closed on this thread
  bool counts_agree() const noexcept;  // ready and blocked ones are all there are; only of debug builds
  bool hopeless() const;               // nothing inside or outside can ever wake anybody

  // -- with a script (scripted.cpp)
  coroutine* next_by_script(coroutine& main);  // does what happens on the root until somebody enters; null: it is over
  void leave_script(coroutine* main);          // main: null if it has ended
  bool do_step(const script_step& step, coroutine& main);  // false, and the script is told why: it cannot be done
  bool fire_by_script(const script_step& step, coroutine& c);
  bool report_by_script(const script_step& step, int fd);
  bool deliver_by_script(const script_step& step, coroutine& c);
  bool work_by_script(const script_step& step);
  template <class Condition>
  bool wait_outside(std::int64_t patience_ns, Condition&& is_there);
  void hold_events(std::int64_t timeout_ns);
  void hold_messages();
  bool ready_by_script(int fd, detail::direction d);
  std::uint64_t depth_of(const detail::scope& s) const noexcept;
  void record_scope_expired(const detail::scope& s) noexcept;

  // Asked for by every operation. Initial-exec: one load, also in a shared library.
#if defined(__ELF__)
  [[gnu::tls_model("initial-exec")]]
#endif
  static constinit thread_local scheduler* current_of_thread_;

  friend class scheduler_list;
  scheduler_links links_;

  coroutine* running_ = nullptr;  // &root_ while the root runs
  ready_queue ready_;
  unsigned events_countdown_ = 1;  // switches until the next look
  unsigned rest_of_round_ = 0;     // and from there until the root's turn
  look_pace pace_;
  execution_registers registers_;
  scheduler_counts counts_;
  pen pen_;
  random_sequence choices_;
  script* script_ = nullptr;
  coroutine root_;                      // the thread's own stack, as something to switch to
  coroutine* ended_ = nullptr;          // the last one that ended: it left its stack, but only by a switch
  std::uint64_t checks_of_points_ = 0;  // whether a point in time has come, by a running coroutine
  std::uint64_t looks_of_selects_ = 0;  // for an interruption, where one was possible
  std::uint64_t last_run_id_ = 0;       // who ran before the root
  coroutine* chosen_next_ = nullptr;    // from a begin_..() until its coroutine has stopped
  const stack* reserve_ = nullptr;      // for a coroutine that can get no stack: it fails there with bad_alloc
  bool reserve_lent_ = false;
  live_list live_;
  coroutine* waits_for_others_ = nullptr;
  bool main_gave_up_ = false;
  std::exception_ptr deadlock_error_;  // with main's interruption::deadlock

  clock& clock_;
  poller& poller_;
  timer_heap timers_;
  fd_table fds_;
  coroutine_slab slab_;
  stack_pool stacks_;
  inbox* inbox_;
  scheduler_settings settings_;
  std::vector<inbox_message> messages_;  // scratch of take_messages
  std::vector<closed_fd> closed_fds_;    // scratch of take_closed_fds
  std::vector<inbox_message> held_;      // with a script: came before their time
  checkpointer checkpointer_;
  gate_watch gate_;  // for somebody outside
};

// "echo.cpp:42": what a coroutine without a name of its own is called.
std::string default_name(const source_location& site);

// How many OS threads of this process weft did not start itself and the caller is not; they could wake anybody.
std::size_t outside_threads() noexcept;
// A thread that weft starts is not "outside": for the life of one of these on it.
class own_thread_mark {
 public:
  own_thread_mark() noexcept;
  ~own_thread_mark();
};
// Something outside is under way that will wake somebody: an offloaded job, a child process that is joined, a
// signal_set.
class outside_work {
 public:
  outside_work() noexcept;
  ~outside_work();
  outside_work(const outside_work&) = delete;
  outside_work& operator=(const outside_work&) = delete;
};
bool outside_work_under_way() noexcept;
// In a forked child: none of the parent's threads, nor their work, is here.
void forget_outside_in_child() noexcept;

}  // namespace weft::core
