// The scheduler's hot path: choosing the next coroutine and switching to it.
//
// The processor predicts each `ret` by the calls that stand open. A wait therefore switches in its own middle, without
// a call (switch_inline()): the returns that follow are those of the same calls, made on the other stack. yield() ends
// in a tail call of weft_switch_given(), which ends in an indirect jump, so that there is no `ret` of its own at all
// (7 ns, measured). So nothing may stand behind the switch in yield(): what has to happen on the other side (an
// interruption) is done by running a function there first. Out of that an exception may come; out of switch_inline()
// none.
#include <stdexcept>
#include <utility>

#include "core/context.hpp"
#include "core/scheduler.hpp"
#include "weft_switch.h"

namespace weft::core {

using diary::coroutine_status;
using diary::event_type;

namespace {
constexpr char no_wait_in_co_task[] =
    "this would suspend on the scheduler's own stack: inside a co_task use co_await, e.g. co_await weft::sleep(d)";
}

bool scheduler::give_stack(coroutine& c) noexcept {
  try {
    if (c.memory == nullptr) c.memory = &stacks_.take();
  } catch (const std::bad_alloc&) {
    if (reserve_lent_) return false;
    reserve_lent_ = true;
    c.memory = reserve_;
    c.pending = c.pending | interruption::error;
    c.pending_error = std::make_exception_ptr(std::bad_alloc());
    c.shields = 0;
  }
  c.sp = make_context(c.memory->top, &coroutine_entry, &c, c.control);
  c.annotation.create(c.memory->base, c.memory->size);
  return true;
}

[[gnu::always_inline]] inline coroutine* scheduler::next_ready_inline() {
  coroutine* const c = ready_.pop();
  if (c == nullptr || c->resume != resume_kind::start) [[likely]]
    return c;
  return with_stack(c);
}

// c is taken out of the queue and begins now; null: neither it nor anybody else can have a stack.
coroutine* scheduler::with_stack(coroutine* c) {
  for (std::size_t refused = 0;;) {
    if (c == nullptr || c->resume != resume_kind::start) return c;
    if (give_stack(*c)) {
      c->resume = resume_kind::plain;
      return c;
    }
    // Its turn comes when the one that fails on the reserve has ended.
    ready_.push_back(c);
    if (++refused == ready_.size()) return nullptr;
    c = ready_.pop();
  }
}

coroutine* scheduler::next_ready() { return next_ready_inline(); }

[[gnu::always_inline]] inline coroutine& scheduler::pick_next_inline() {
  if (--events_countdown_ == 0) [[unlikely]]
    return events_due();
  coroutine* next = next_ready_inline();
  return next != nullptr ? *next : root_;
}

coroutine& scheduler::pick_next() { return pick_next_inline(); }

[[gnu::always_inline]] inline void scheduler::change_running(coroutine& from, coroutine& to) {
  if (&to != &root_) {
    ++counts_.switches;
  } else {
    last_run_id_ = from.id;
  }
  running_ = &to;
  transitions::run(to);
  exchange(registers_, from.execution, to.execution);
}

template <scheduler::leaving how>
[[gnu::always_inline]] inline void scheduler::change_stack(coroutine& whose_stack, coroutine& to, control_words now) {
  if (to.resume != resume_kind::deliver) [[likely]] {
    coroutine& whose = to.resume == resume_kind::plain ? to : root_;
    before_switch(whose_stack.annotation, whose.annotation);
    if constexpr (how == leaving::by_call) {
      switch_given(&whose_stack.sp, whose.sp, now);
    } else {
      switch_inline(&whose_stack.sp, whose.sp, now);
    }
  } else {
    to.resume = resume_kind::plain;
    before_switch(whose_stack.annotation, to.annotation);
    weft_switch_call(&whose_stack.sp, to.sp, &deliver_entry, &to);
  }
  after_switch(whose_stack.annotation);
}

[[gnu::always_inline]] inline void scheduler::resume(coroutine& from, coroutine& to, control_words now) {
  change_running(from, to);
  change_stack<leaving::in_place>(from, to, now);
}

void scheduler::stop() {
  const control_words now = read_control_words();
  coroutine& me = *running_;
  resume(me, *std::exchange(chosen_next_, nullptr), now);
}

void scheduler::enter(coroutine& next) {
  pen_.entered(next);
  // One that goes on after the root had a look around has not been switched away from.
  if (next.id == last_run_id_) --counts_.switches;
  change_running(root_, next);
  const float_control roots = read_float_control();
  float_control current = roots;
  for (;;) {
    if (running_ != &root_ && running_->resume == resume_kind::stackless) {
      // Here, on the root's stack: each of them in its turn, until one with a stack or the root is to go on. Rounding
      // and the like are its own meanwhile.
      coroutine& me = *running_;
      if (me.control != current) load_float_control(me.control);
      coroutine& after = run_stackless(me);
      current = me.control = read_float_control();
      change_running(me, after);
      continue;
    }
    if (current != roots) load_float_control(current = roots);
    if (running_ == &root_) return;
    change_stack<leaving::in_place>(root_, *running_, read_control_words());
    if (running_ == &root_) return;
  }
}

void scheduler::deliver_entry(void* c) {
  coroutine& self = *static_cast<coroutine*>(c);
  after_switch(self.annotation);
  detail::throw_interruption();
}

void scheduler::before_suspension(coroutine& me) {
  if (me.unsuspendable != 0)
    throw std::logic_error(me.driver != nullptr ? no_wait_in_co_task : "a callback must not wait");
  if (interruption_due(me)) detail::throw_interruption();
}

// What happens nearly always, without a call, so that nothing has to be saved for one.
void scheduler::yield() {
  const control_words now = read_control_words();
  coroutine& me = *running_;
  coroutine* const next = ready_.front();
  if (next == nullptr || next->resume != resume_kind::plain || me.pending != interruption::none ||
      me.unsuspendable != 0 || events_countdown_ == 1 || pen_.on() || !ready_.is_fifo()) [[unlikely]]
    return yield_in_any_case(now);
  --events_countdown_;
  transitions::yield(me);
  ready_.rotate(&me);
  change_running(me, *next);
  before_switch(me.annotation, next->annotation);
  switch_given(&me.sp, next->sp, now);
  after_switch(me.annotation);
}

void scheduler::yield_in_any_case(control_words now) {
  coroutine& me = *running_;
  if (me.pending != interruption::none || me.unsuspendable != 0) [[unlikely]]
    before_suspension(me);
  transitions::yield(me);
  ready_.push_back(&me);
  coroutine& next = pick_next_inline();
  pen_.yielded(me, next);
  if (&next == &me) {
    transitions::run(me);
    return;
  }
  change_running(me, next);
  change_stack<leaving::by_call>(me, next, now);
}

detail::wait_outcome scheduler::sleep(detail::time_limit limit) {
  const control_words now = read_control_words();
  coroutine& me = *running_;
  if (me.pending != interruption::none || me.unsuspendable != 0) [[unlikely]]
    before_suspension(me);
  begin_block(me, diary::wait_reason::sleep, limit, timer_kind::sleep);
  coroutine& next = pick_next_inline();
  pen_.slept(me, next, told_limit(me.time_limit, limit));
  resume(me, next, now);
  end_block(me);
  return me.outcome;
}

detail::wait_outcome scheduler::wait(detail::object& o, detail::waiter& w, diary::wait_reason reason,
                                     detail::time_limit limit) {
  const control_words now = read_control_words();
  coroutine& me = *running_;
  if (interruption_due(me) || me.unsuspendable != 0) [[unlikely]] {
    if (w.list != nullptr) w.list->remove(w);
    o.lock.unlock();
    if (me.unsuspendable != 0) before_suspension(me);
    return detail::wait_outcome::interrupted;
  }
  me.waiting = &w;
  me.object = &o;
  const std::uint64_t owner_slot = o.owner_slot;
  begin_block(me, reason, limit, timer_kind::wait_limit);
  o.lock.unlock();  // from here on another thread's grant may come into the inbox
  coroutine& next = pick_next_inline();
  pen_.blocked(me, next, o, owner_slot, told_limit(me.time_limit, limit));
  resume(me, next, now);
  end_block(me);
  if (me.woken_remotely) {
    // The waker may still be inside o's lock; after this it does not touch o any more, so that o may be destroyed.
    me.woken_remotely = false;
    if (!w.object_gone) {
      o.lock.lock();
      o.lock.unlock();
    }
  }
  return me.outcome;
}

detail::io_outcome scheduler::wait_fd(int fd, detail::direction d, detail::time_limit limit, bool tried) {
  coroutine& me = *running_;
  if (inbox_->has_closed_fds()) [[unlikely]]
    take_closed_fds();
  fd_table::entry& e = fds_.watch(fd, !tried);
  if (e.always_ready) return detail::io_outcome::ready;
  const bool reads = d == detail::direction::readable;
  // The kernel has just said EAGAIN: whatever it reported before is over, be it an error or a hang-up. What comes next
  // is an edge that it will report.
  if (tried) e.forget_edges(d);
  if (me.unsuspendable != 0) before_suspension(me);
  if (interruption_due(me)) return detail::io_outcome::interrupted;
  // In the recording it did not have to wait: what came from outside was quicker then.
  if (script_ != nullptr && ready_by_script(fd, d)) [[unlikely]] {
    if (reads) pen_.input_at_once(fd);
    return detail::io_outcome::ready;
  }

  const control_words now = read_control_words();
  detail::waiter w;
  w.tag = e.generation;
  (reads ? e.readers : e.writers).push_back(w);
  ++fds_.waiting;
  me.waiting = &w;
  me.fd = fd;
  const auto reason = reads ? diary::wait_reason::fd_readable : diary::wait_reason::fd_writable;
  begin_block(me, reason, limit, timer_kind::wait_limit);
  coroutine& next = pick_next_inline();
  pen_.blocked_on_fd(me, next, told_limit(me.time_limit, limit));
  resume(me, next, now);
  const bool closed = waits_for_former_fd(me);
  end_block(me);
  me.fd = -1;
  if (me.outcome == detail::wait_outcome::interrupted) return detail::io_outcome::interrupted;
  if (closed) return detail::io_outcome::closed;
  return me.outcome == detail::wait_outcome::timed_out ? detail::io_outcome::timed_out : detail::io_outcome::ready;
}

// A wait is one for a registration, not for a number: closed while it stood, or after it was woken and before it ran,
// the number is nobody's or somebody else's by now.
bool scheduler::waits_for_former_fd(const coroutine& me) {
  // With a script messages are taken when it says so.
  if (inbox_->has_closed_fds() && script_ == nullptr) [[unlikely]]
    take_closed_fds();
  return fds_.find(me.fd)->generation != me.waiting->tag;
}

coroutine& scheduler::retire(coroutine& me, coroutine_status status) noexcept {
  pen_.stack_used(me);
  me.work = nullptr;
  if (me.scopes != nullptr) [[unlikely]]
    detach_scopes(me);
  ++counts_.finished;
  if (status == coroutine_status::cancelled) ++counts_.cancelled;
  if (status == coroutine_status::failed) ++counts_.failed;
  live_.remove(me);
  if (waits_for_others_ != nullptr && live_.size() == 1) {
    if (take_out_of_wait(*waits_for_others_)) {
      make_ready(*waits_for_others_);
      pen_.others_ended(*waits_for_others_);
    }
  }
  release_ended();
  transitions::end(me, status);
  ended_ = &me;
  coroutine& next = pick_next_inline();
  pen_.finished(next, status);
  return next;
}

// In its caller: it leaves no call behind, so that the returns of whoever goes on are those that the processor expects.
[[gnu::always_inline]] inline void scheduler::finish(coroutine& me, coroutine_status status) noexcept {
  const control_words now = read_control_words();
  coroutine& next = retire(me, status);
  // As resume(), but nothing comes back here.
  change_running(me, next);
  if (next.resume != resume_kind::deliver) [[likely]] {
    coroutine& whose = next.resume == resume_kind::plain ? next : root_;
    before_switch(me.annotation, whose.annotation, last_switch::yes);
    switch_inline(&me.sp, whose.sp, now);
  } else {
    next.resume = resume_kind::plain;
    before_switch(me.annotation, next.annotation, last_switch::yes);
    weft_switch_call(&me.sp, next.sp, &deliver_entry, &next);
  }
  __builtin_unreachable();
}

void scheduler::coroutine_entry(void* c) {
  coroutine& me = *static_cast<coroutine*>(c);
  after_switch(me.annotation);
  const coroutine_status status = me.work->run(me);
  me.work->ended();
  me.home->finish(me, status);
}

void scheduler::release_ended() noexcept {
  coroutine* c = std::exchange(ended_, nullptr);
  if (c == nullptr) return;
  c->annotation.destroy();
  if (c->memory != nullptr) {
    forget_stack_poison(c->memory->base, c->memory->size);
    if (reserve_lent_ && c->memory == reserve_) {
      reserve_lent_ = false;
    } else {
      stacks_.give(*c->memory);
    }
  }
  slab_.give(c);
}

}  // namespace weft::core
