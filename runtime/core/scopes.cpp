// Interrupting a part of a coroutine's run: timeout scopes and the bodies of task groups. See
// weft/detail/core/scope.hpp.
#include <stdexcept>
#include <string>
#include <utility>

#include "core/other_weft.hpp"
#include "core/scheduler.hpp"
#include "weft/errors.hpp"

namespace weft::core {

using detail::scope;
using diary::coroutine_status;
using diary::event_type;
using diary::wake_cause;

namespace {

// The flag that makes every suspension look at the scopes stands exactly while there is one to look at.
void update_flag(coroutine& c) noexcept {
  c.pending = without(c.pending, interruption::scope);
  for (const scope* s = c.scopes; s != nullptr; s = s->outer) {
    if (s->at == scope::stage::armed || s->at == scope::stage::fired) c.pending = c.pending | interruption::scope;
  }
}

std::exception_ptr error_of(const scope& s) noexcept {
  if (s.instead != nullptr) return s.instead;
  return s.timeout != nullptr ? std::make_exception_ptr(timeout_error(s.timeout)) : nullptr;
}

}  // namespace

void scheduler::open_scope(scope& s, detail::time_limit limit) {
  coroutine& me = *running_;
  s.owner = &me;
  s.shields = me.shields;
  arm_scope(s, limit);
  s.outer = std::exchange(me.scopes, &s);
  update_flag(me);
}

void scheduler::arm_scope(scope& s, detail::time_limit limit) {
  limits_.disarm(s.limit);
  s.at = scope::stage::idle;
  if (!limit.is_forever()) {
    s.limit.owner = &s;
    s.limit.kind = timer_kind::scope;
    arm(s.limit, limit);
    s.at = scope::stage::armed;
  }
  update_flag(*s.owner);
}

void scheduler::close_scope(scope& s) noexcept {
  coroutine& c = *s.owner;
  limits_.disarm(s.limit);
  scope** place = &c.scopes;
  while (*place != &s) place = &(*place)->outer;  // the first, unless a generator kept it open
  *place = s.outer;
  s.owner = nullptr;
  // Its coroutine's wait has been ended for this scope, and then somebody else, to whom it passed in a generator,
  // closes it: the wait still has to throw something.
  const bool promised = s.at == scope::stage::fired && &c != running_ && c.status == coroutine_status::ready &&
                        (c.resume == resume_kind::deliver || c.outcome == detail::wait_outcome::interrupted);
  if (promised && !has(c.pending, asked_for)) {
    c.pending_error = error_of(s);
    c.pending = c.pending | (c.pending_error != nullptr ? interruption::error : interruption::cancel);
  }
  update_flag(c);
}

void scheduler::detach_scopes(coroutine& c) noexcept {
  while (scope* s = c.scopes) {
    limits_.disarm(s->limit);
    c.scopes = s->outer;
    s->owner = nullptr;
  }
}

scope* scheduler::due_scope(coroutine& c) noexcept {
  scope* due = nullptr;
  const std::int64_t now = clock_.now_ns();
  for (scope* s = c.scopes; s != nullptr; s = s->outer) {
    // The timers are looked at now and then only, but a suspension knows the time.
    if (s->at == scope::stage::armed &&
        (player_.plays() ? player_.scope_expires(c.slot, depth_of(*s)) : time_limits::is_due(s->limit, now))) {
      limits_.disarm(s->limit);
      s->at = scope::stage::fired;
      record_scope_expired(*s);
    }
    if (s->at != scope::stage::fired || s->shields < c.shields) continue;
    if (due == nullptr || s->limit.deadline_ns <= due->limit.deadline_ns) due = s;  // equal ones: the outer
  }
  return due;
}

bool scheduler::something_due(coroutine& c) noexcept {
  return has(c.pending, interruption::deadlock) || cancel_due(c) ||
         (has(c.pending, interruption::scope) && due_scope(c) != nullptr);
}

// A select that finds something at once leaves no step in the diary, so the diary says at which of them a scope ran
// out. A script says it: the recording may be one of a time when such a select threw nothing.
bool scheduler::select_interrupted(coroutine& me) noexcept {
  const std::uint64_t look = player_.count_look_of_select();
  if (player_.plays()) {
    if (!player_.interrupts_select()) return false;
  } else if (!has(me.pending, interruption::deadlock) && !cancel_due(me)) {
    const std::int64_t now = clock_.now_ns();
    const scope* s = me.scopes;
    while (s != nullptr &&
           (s->shields < me.shields ||
            !(s->at == scope::stage::fired || (s->at == scope::stage::armed && s->limit.deadline_ns <= now)))) {
      s = s->outer;
    }
    if (s == nullptr) return false;
  }
  pen_.select_interrupted(look);
  if (something_due(me)) return true;
  if (player_.plays()) player_.cannot("nothing was to be thrown there");
  return false;
}

void scheduler::deliver_to_select() {
  coroutine& me = *running_;
  if (me.pending == interruption::none) [[likely]]
    return;
  // Whoever drives a co_task has forbidden waits once.
  if (me.unsuspendable > (me.driver != nullptr ? 1U : 0U)) return;
  if (select_interrupted(me)) detail::throw_interruption();
}

std::exception_ptr scheduler::take_interruption() {
  coroutine& me = *running_;
  pen_.cancel_delivered();
  if (has(me.pending, interruption::deadlock)) {
    me.pending = without(me.pending, interruption::deadlock);
    return main_end_.take_deadlock();
  }
  if (!cancel_due(me)) {
    if (scope* s = due_scope(me)) {
      s->at = scope::stage::delivered;
      update_flag(me);
      return error_of(*s);
    }
  }
  return take_request(me);
}

std::exception_ptr scheduler::take_request(coroutine& me) noexcept {
  for (scope* s = me.scopes; s != nullptr; s = s->outer) s->cancelled_across = true;
  me.pending = without(me.pending, asked_for);
  return std::exchange(me.pending_error, nullptr);
}

void scheduler::throw_request() {
  pen_.cancel_delivered();
  if (std::exception_ptr error = take_request(*running_)) std::rethrow_exception(std::move(error));
  throw cancelled{};
}

std::uint64_t scheduler::depth_of(const scope& s) const noexcept {
  std::uint64_t depth = 0;
  for (const scope* inner = s.owner->scopes; inner != &s; inner = inner->outer) ++depth;
  return depth;
}

void scheduler::record_scope_expired(const scope& s) noexcept {
  if (pen_.on()) [[unlikely]]
    pen_.scope_expired(*s.owner, depth_of(s));
}

coroutine* scheduler::expire(scope& s) noexcept {
  coroutine& c = *s.owner;
  s.at = scope::stage::fired;
  c.pending = c.pending | interruption::scope;
  if (s.shields < c.shields) return nullptr;
  if (c.status == coroutine_status::ready) {
    // Woken by a grant: that came first, and the next wait throws. In a yield: that is a suspension like another.
    if (c.in_yield) interrupt_yield(c);
    return nullptr;
  }
  if (c.status != coroutine_status::blocked || !take_out_of_wait(c)) return nullptr;
  limits_.disarm(c.time_limit);
  c.outcome = detail::wait_outcome::interrupted;
  return &c;
}

void scheduler::fire_scope(scope& s) noexcept {
  limits_.disarm(s.limit);
  s.limit.deadline_ns = clock_.now_ns();
  coroutine* c = expire(s);
  if (c == nullptr) return;
  wake_interrupted(*c, wake_cause::cancelled);
}

}  // namespace weft::core

namespace weft::detail {

void open_scope(scope& s, detail::time_limit limit, const char* what) {
  if (!in_coroutine()) throw std::logic_error(core::outside_of_a_coroutine(what));
  core::scheduler::current()->open_scope(s, limit);
}

void close_scope(scope& s) noexcept {
  if (s.owner != nullptr) s.owner->home->close_scope(s);
}

void rearm_scope(scope& s, detail::time_limit limit) {
  core::scheduler* here = core::scheduler::current();
  if (here == nullptr || s.owner == nullptr || here->running() != s.owner) {
    throw std::logic_error("a timeout_scope is reset only by the coroutine that made it");
  }
  here->arm_scope(s, limit);
}

void fire_scope(scope& s) noexcept {
  if (s.owner != nullptr) s.owner->home->fire_scope(s);
}

}  // namespace weft::detail
