// What the thread's own stack does while nobody is ready, and every 64 switches at the latest: it takes what other
// threads sent, fires the timers, asks the poller, and enters the next coroutine.
#include <algorithm>
#include <array>
#include <cassert>
#include <string>

#include "core/outside.hpp"
#include "core/scheduler.hpp"
#include "trace/words/check.hpp"
#include "weft_switch.h"

namespace weft::core {

using diary::coroutine_status;
using diary::event_type;
using diary::wake_cause;

bool scheduler::run(coroutine& main) {
  const std::uint64_t main_id = main.id;
  rounds_.pace().rested(clock_.now_ns());
  while (!live_.empty()) {
    if (player_.plays()) [[unlikely]] {
      if (coroutine* next = player_.play(main)) {
        enter(*next);
        release_ended();
        if (main_end_.gave_up()) return live_.empty();
      } else {
        player_.leave(live_.find(main_id));
      }
      continue;
    }
    assert(counts_agree());
    const bool by_look = rounds_.at_look();
    rounds_.begin();
    if (gate_.closed()) [[unlikely]] {
      if (gate_.begin_round()) rounds_.look_at_next_step();
    }
    if (checkpointer::wanted(pen_, live_)) [[unlikely]]
      record_checkpoint();
    take_messages();
    if (!limits_.empty()) fire_timers(by_look ? rounds_.pace().looked_ns() : clock_.now_ns());
    if (ready_.empty()) {
      if (hopeless()) {
        if (live_.find(main_id) == nullptr) return false;
        interrupt_by_deadlock(main);
      } else {
        poll(sleep_ns());
        const std::int64_t now = clock_.now_ns();
        rounds_.pace().rested(now);
        take_messages();
        fire_timers(now);
      }
    } else {
      if (stacks_.may_age()) stacks_.age(clock_.now_ns(), 8);
      if (fds_.any()) {
        poll(0);
      } else {
        gate_.look_if_due(rounds_.pace().looked_ns());
      }
    }
    if (gate_.closed()) [[unlikely]] {
      if (ready_.empty() || !gate_.admit()) continue;
    }
    coroutine* next = next_ready();
    if (next == nullptr) continue;
    enter(*next);
    release_ended();
    if (main_end_.gave_up()) return live_.empty();
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
  if (!limits_.empty()) {
    at_most(std::max<std::int64_t>(limits_.next_deadline() - clock_.now_ns(), 0));
  } else if (settings_.detect_deadlock && !fds_.any()) {
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
  return settings_.detect_deadlock && limits_.empty() && !fds_.any() && !inbox_->maybe_filled() &&
         !outside_work_under_way() && outside_threads() == 0 && !inbox_->maybe_filled();
}

void scheduler::take_messages() {
  if (!inbox_->maybe_filled()) return;
  inbox_->take(messages_);
  if (fds_.told_of_closing()) fds_.take_closed();
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

// It is time to look: returns the root if there is something for it, else who goes on. A script says who it is.
coroutine& scheduler::events_due() noexcept {
  coroutine* next = nullptr;
  if (player_.plays()) [[unlikely]] {
    rounds_.look_at_next_step();
    next = player_.next();
  } else if (!root_is_wanted()) {
    rounds_.count_to_next_look();
    next = next_ready();
  }
  return next != nullptr ? *next : root_;
}

// Is there anything for the root to do, before a whole round is over?
bool scheduler::root_is_wanted() noexcept {
  bool wanted = rounds_.over() || fds_.any() || gate_.closed() || inbox_->maybe_filled();
  if (rounds_.pace().wants_clock(!limits_.empty() || fds_.any())) {
    const std::int64_t now = clock_.now_ns();
    if (rounds_.pace().looked(now) || (!limits_.empty() && limits_.next_deadline() <= now) || gate_.is_due(now))
      wanted = true;
  }
  return wanted;
}

void scheduler::fire_timers(std::int64_t now_ns) {
  while (timer* t = limits_.pop_due(now_ns)) fire(*t, now_ns - t->deadline_ns);
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
  for (std::size_t i = 0; i < count; ++i) fds_.dispatch(events[i].fd, events[i].generation, events[i].ready);
  pen_.poll_ended(count);
}

}  // namespace weft::core
