// What the thread's own stack does while nobody is ready, and every 64 switches at the latest: it takes what other
// threads sent, fires the timers, asks the poller, and enters the next coroutine.
#include <algorithm>
#include <array>
#include <cassert>
#include <string>

#include "core/scheduler.hpp"
#include "trace/words/check.hpp"
#include "weft_switch.h"

namespace weft::core {

using diary::coroutine_status;
using diary::event_type;
using diary::wake_cause;

bool scheduler::run(coroutine& main) {
  const std::uint64_t main_id = main.id;
  pace_.rested(clock_.now_ns());
  while (!live_.empty()) {
    if (script_ != nullptr) [[unlikely]] {
      if (coroutine* next = next_by_script(main)) {
        enter(*next);
        release_ended();
        if (main_gave_up_) return live_.empty();
      } else {
        leave_script(live_.find(main_id));
      }
      continue;
    }
    assert(counts_agree());
    const bool by_look = events_countdown_ == 0;
    begin_round();
    if (gate_.closed()) [[unlikely]] {
      if (gate_.begin_round()) events_countdown_ = 1;
    }
    if (checkpointer::wanted(pen_, live_)) [[unlikely]]
      record_checkpoint();
    take_messages();
    if (!timers_.empty()) fire_timers(by_look ? pace_.looked_ns() : clock_.now_ns());
    if (ready_.empty()) {
      if (hopeless()) {
        if (live_.find(main_id) == nullptr) return false;
        interrupt_by_deadlock(main);
      } else {
        poll(sleep_ns());
        const std::int64_t now = clock_.now_ns();
        pace_.rested(now);
        take_messages();
        fire_timers(now);
      }
    } else {
      if (stacks_.may_age()) stacks_.age(clock_.now_ns(), 8);
      if (fds_.waiting > 0) {
        poll(0);
      } else {
        gate_.look_if_due(pace_.looked_ns());
      }
    }
    if (gate_.closed()) [[unlikely]] {
      if (ready_.empty() || !gate_.admit()) continue;
    }
    coroutine* next = next_ready();
    if (next == nullptr) continue;
    enter(*next);
    release_ended();
    if (main_gave_up_) return live_.empty();
  }
  return true;
}

// Debug builds ask at each round. A long list is too slow to walk each time: the short programs of the tests tell.
bool scheduler::counts_agree() const noexcept {
  if (live_.size() > 256) return true;
  std::size_t ready = 0, blocked = 0;
  for (const coroutine* c = live_.oldest(); c != nullptr; c = c->younger) {
    ready += c->status == coroutine_status::ready ? 1 : 0;
    blocked += c->status == coroutine_status::blocked ? 1 : 0;
  }
  return ready == ready_.size() && ready + blocked == live_.size();
}

std::int64_t scheduler::sleep_ns() noexcept {
  std::int64_t longest = -1;
  const auto at_most = [&longest](std::int64_t ns) {
    if (longest < 0 || ns < longest) longest = ns;
  };
  if (!timers_.empty()) {
    at_most(std::max<std::int64_t>(timers_.next_deadline() - clock_.now_ns(), 0));
  } else if (settings_.detect_deadlock && fds_.waiting == 0) {
    // Threads outside may end without waking anybody, and then nothing would ever ask again whether there is hope.
    at_most(1'000'000'000);
  }
  // Nothing to do: the time to give stacks back, some at a time. Whoever is to be woken waits 0.1 ms for it at most.
  if (longest != 0 && stacks_.may_age()) {
    if (const std::int64_t again = stacks_.age(clock_.now_ns(), 128); again >= 0) at_most(again);
  }
  return longest;
}

bool scheduler::hopeless() const {
  return settings_.detect_deadlock && timers_.empty() && fds_.waiting == 0 && !inbox_->maybe_filled() &&
         !outside_work_under_way() && outside_threads() == 0 && !inbox_->maybe_filled();
}

void scheduler::take_messages() {
  if (!inbox_->maybe_filled()) return;
  inbox_->take(messages_);
  if (inbox_->has_closed_fds()) take_closed_fds();
  for (inbox_message& m : messages_) take_message(m);
  messages_.clear();
}

void scheduler::take_message(inbox_message& m) {
  if (m.woken == nullptr) {
    m.work();
    return;
  }
  coroutine& c = *m.woken;
  c.woken_remotely = true;
  if (cancel_due(c)) c.outcome = detail::wait_outcome::interrupted;
  make_ready(c);
  pen_.granted_remotely(c, m.object_id, m.waker);
}

// Is there anything for the root to do, before a whole round is over?
bool scheduler::root_is_wanted() noexcept {
  bool wanted = rest_of_round_ == 0 || fds_.waiting > 0 || gate_.closed() || inbox_->maybe_filled();
  if (pace_.wants_clock(!timers_.empty() || fds_.waiting > 0)) {
    const std::int64_t now = clock_.now_ns();
    if (pace_.looked(now) || (!timers_.empty() && timers_.next_deadline() <= now) || gate_.is_due(now)) wanted = true;
  }
  return wanted;
}

void scheduler::fire_timers(std::int64_t now_ns) {
  while (timer* t = timers_.pop_due(now_ns)) {
    if (has_come(*t)) {
      fire(*t, now_ns - t->deadline_ns);
    } else {  // there is room: one has just been taken out
      timers_.add(*t, detail::saturated_sum(now_ns, detail::left_until({t->point_ns, t->asks})));
    }
  }
}

void scheduler::fire(timer& t, std::int64_t lateness_ns) {
  coroutine* const woken = t.kind == timer_kind::scope ? fire_limit_of(*static_cast<detail::scope*>(t.owner))
                                                       : static_cast<coroutine*>(t.owner);
  if (woken == nullptr) return;
  coroutine& c = *woken;
  WEFT_CHECK(t.kind == timer_kind::wait_limit || c.status == coroutine_status::blocked, {"kind", t.kind},
             {"slot", c.slot}, {"status", diary::coroutine_status(c.status)});
  wake_cause cause = wake_cause::granted;
  switch (t.kind) {
    case timer_kind::scope:
      cause = wake_cause::expired;
      break;
    case timer_kind::sleep:
      break;
    case timer_kind::start:
      cause = wake_cause::started;
      break;
    case timer_kind::wait_limit:
      if (!take_out_of_wait(c)) return;  // the grant came first
      cause = wake_cause::timed_out;
      c.outcome = detail::wait_outcome::timed_out;
      break;
  }
  make_ready(c);
  pen_.timer_fired(c, cause, lateness_ns);
}

// Told before anything has changed, or, if that turns out to be all there is to tell, afterwards.
coroutine* scheduler::fire_limit_of(detail::scope& s) noexcept {
  const coroutine& c = *s.owner;
  const bool will_wake = c.status == coroutine_status::blocked && s.shields >= c.shields;
  const bool tells = !will_wake || c.scopes != &s;
  if (tells) record_scope_expired(s);
  coroutine* const woken = expire(s);
  if (woken == nullptr && !tells) record_scope_expired(s);
  return woken;
}

void scheduler::set_gate(gate* g, int door) noexcept {
  gate_.set(g);
  poller_.watch_door(g != nullptr ? door : -1);
}

void scheduler::poll(std::int64_t timeout_ns) {
  std::array<io_event, 256> events;
  ++counts_.polls;
  pen_.poll_began(timeout_ns);
  const std::size_t count = poller_.wait(events, timeout_ns);
  if (poller_.take_knock()) [[unlikely]]
    gate_.look();
  for (std::size_t i = 0; i < count; ++i) dispatch(events[i].fd, events[i].generation, events[i].ready);
  pen_.poll_ended(count);
}

void scheduler::dispatch(int fd, std::uint32_t generation, std::uint32_t ready) {
  fd_table::entry* e = fds_.find(fd);
  if (e == nullptr || e->generation != generation) return;
  const bool failed = (ready & diary::fd_error_bit) != 0;
  const bool wakes_readers = (failed || (ready & diary::fd_readable_bit) != 0) && !e->readers.empty();
  const bool wakes_writers = (failed || (ready & diary::fd_writable_bit) != 0) && !e->writers.empty();
  // What nobody takes now is remembered until the next wait in that direction, because the kernel says it once.
  std::uint32_t kept = ready;
  if (wakes_readers) kept &= ~static_cast<std::uint32_t>(diary::fd_readable_bit);
  if (wakes_writers) kept &= ~static_cast<std::uint32_t>(diary::fd_writable_bit);
  const bool news = (e->edges | kept) != e->edges;
  e->edges |= kept;
  if (wakes_readers) wake_fd_waiters(e->readers, fd, ready);
  if (wakes_writers) wake_fd_waiters(e->writers, fd, ready);
  if (news && !wakes_readers && !wakes_writers) pen_.fd_ready(fd, ready);
}

void scheduler::wake_fd_waiters(detail::wait_list& list, int fd, std::uint32_t ready) noexcept {
  while (detail::waiter* w = list.pop_front()) {
    coroutine& c = *w->coroutine;
    --fds_.waiting;
    make_ready(c);
    pen_.fd_woke(c, fd, ready);
  }
}

void scheduler::take_closed_fds() {
  inbox_->take_closed_fds(closed_fds_);
  for (const closed_fd& told : closed_fds_) wake_waiters_of_closed(told.fd, &told);
}

void scheduler::wake_waiters_of_closed(int fd, const closed_fd* told) noexcept {
  fd_table::entry* e = fds_.find(fd);
  if (e == nullptr) return;
  for (detail::wait_list* list : {&e->readers, &e->writers}) {
    while (detail::waiter* w = list->pop_front()) {
      coroutine& c = *w->coroutine;
      --fds_.waiting;
      make_ready(c);
      if (told == nullptr) {
        pen_.interrupted(c, wake_cause::closed);
      } else {
        pen_.closed_remotely(c, told->closer);
      }
    }
  }
  if (told == nullptr) {
    fds_.forget(fd);
  } else {
    fds_.drop(fd);
  }
}

}  // namespace weft::core
