// What the root does while there is a script: instead of looking at the timers, the poller and the inbox it does what
// the script says comes next. What comes from outside before its time is held back, and what is late is waited for.
#include <algorithm>
#include <array>
#include <climits>
#include <string>
#include <utility>

#include "core/scheduler.hpp"

namespace weft::core {

using diary::coroutine_status;
using diary::event_type;

namespace {

// Of somebody who should do something, or be done something to, and cannot.
std::string present_state(const coroutine* c) {
  if (c == nullptr || c->work == nullptr) return "it has ended";
  if (c->status != coroutine_status::blocked) return "it is " + std::string(diary::to_text(c->status));
  std::string state = "it is blocked: " + std::string(diary::to_text(c->reason));
  if (c->object != nullptr && !c->object->name().empty()) state += " \"" + std::string(c->object->name()) + "\"";
  if (c->fd >= 0) state += ", fd " + std::to_string(c->fd);
  return state;
}

}  // namespace

void scheduler::follow(script& s) noexcept {
  script_ = &s;
  events_countdown_ = 1;  // each choice asks events_due()
}

coroutine& scheduler::events_due() noexcept {
  if (script_ == nullptr) {
    if (root_is_wanted()) return root_;
    count_to_next_look();
    coroutine* const next = next_ready();
    return next != nullptr ? *next : root_;
  }
  events_countdown_ = 1;
  const std::uint64_t slot = script_->next_to();
  coroutine* next = slot != 0 ? ready_.take(slot) : nullptr;
  if (next == nullptr) return root_;
  next = with_stack(next);
  return next != nullptr ? *next : root_;
}

coroutine* scheduler::next_by_script(coroutine& main) {
  if (checkpointer::wanted(pen_, live_)) record_checkpoint();
  if (stacks_.may_age()) stacks_.age(clock_.now_ns(), 8);
  hold_messages();
  bool polls = false;
  coroutine* entered = nullptr;
  while (entered == nullptr) {
    const script_step step = script_->next_on_root();
    if (step.what == script_step::kind::over) break;
    if (step.what == script_step::kind::poll_begin) polls = true;
    if (step.what == script_step::kind::poll_end) polls = false;
    if (step.what == script_step::kind::enter) {
      entered = ready_.take(step.slot);
      if (entered != nullptr) entered = with_stack(entered);
      if (entered == nullptr) script_->cannot(present_state(slab_.at(step.slot)));
      continue;
    }
    const std::uint64_t before = script_->progress();
    if (do_step(step, main) && script_->progress() == before) script_->cannot("nothing happened");
  }
  if (polls) pen_.poll_ended(0);
  return entered;
}

bool scheduler::do_step(const script_step& step, coroutine& main) {
  using kind = script_step::kind;
  if (step.rest_ns > 0) static_cast<void>(wait_outside(step.rest_ns, [] { return false; }));
  coroutine* const c = step.slot != 0 ? slab_.at(step.slot) : nullptr;
  const bool is_blocked = c != nullptr && c->work != nullptr && c->status == coroutine_status::blocked;
  switch (step.what) {
    case kind::over:
    case kind::enter:
      return true;
    case kind::timer:
    case kind::scope:
      if (c != nullptr && c->work != nullptr) return fire_by_script(step, *c);
      script_->cannot(present_state(c));
      return false;
    case kind::poll_begin:
      ++counts_.polls;
      pen_.poll_began(static_cast<std::int64_t>(step.timeout_ns_plus_1) - 1);
      if (fds_.waiting > 0) hold_events(0);
      return true;
    case kind::poll_end:
      pen_.poll_ended(0);
      return true;
    case kind::fd:
      return report_by_script(step, step.fd);
    case kind::fd_of:
      if (is_blocked && c->fd >= 0) return report_by_script(step, c->fd);
      script_->cannot(present_state(c));
      return false;
    case kind::granted:
    case kind::closed:
      if (is_blocked) return deliver_by_script(step, *c);
      script_->cannot(present_state(c));
      return false;
    case kind::work:
      return work_by_script(step);
    case kind::deadlock:
      if (is_blocked && c == &main && ready_.empty()) {
        interrupt_by_deadlock(main);
        return true;
      }
      script_->cannot("there is no deadlock");
      return false;
  }
  return false;
}

bool scheduler::fire_by_script(const script_step& step, coroutine& c) {
  timer* t = &c.time_limit;
  if (step.what == script_step::kind::scope) {
    detail::scope* s = c.scopes;
    for (std::uint64_t depth = step.depth; s != nullptr && depth > 0; --depth) s = s->outer;
    t = s != nullptr ? &s->limit : nullptr;
  }
  if (t == nullptr || !t->armed()) {
    script_->cannot("it has no such timer");
    return false;
  }
  timers_.remove(*t);
  fire(*t, std::max<std::int64_t>(clock_.now_ns() - t->deadline_ns, 0));
  return true;
}

bool scheduler::report_by_script(const script_step& step, int fd) {
  fd_table::entry* const e = fds_.find(fd);
  if (e == nullptr) {
    script_->cannot("fd " + std::to_string(fd) + " is not watched");
    return false;
  }
  // The kernel says all that is ready, also what it has said before.
  const auto there = [&] { return (e->held | e->edges) & step.ready; };
  const auto is_there = [&] { return there() == step.ready; };
  if (!is_there()) {
    // What the kernel has said before may have been said of less. After a while less has to do.
    constexpr std::int64_t a_second = 1'000'000'000;
    if (e->watched) static_cast<void>(poller_.rearm(fd, e->generation));
    if (!wait_outside(a_second, is_there) &&
        !wait_outside(step.patience_ns, [&] { return (e->held & step.ready) != 0; })) {
      script_->cannot("fd " + std::to_string(fd) + " does not become ready");
      return false;
    }
  }
  // Nothing that the kernel has not said: who trusts an error that is none would try for ever.
  const std::uint32_t ready = there();
  e->held &= ~ready;
  dispatch(fd, e->generation, ready);
  return true;
}

bool scheduler::deliver_by_script(const script_step& step, coroutine& c) {
  if (step.what == script_step::kind::closed) {
    if (wait_outside(step.patience_ns, [&] { return inbox_->has_closed_fds(); })) {
      take_closed_fds();
      return true;
    }
    script_->cannot("nobody closes the fd it waits for");
    return false;
  }
  const auto message = [&] {
    return std::find_if(held_.begin(), held_.end(), [&](const inbox_message& m) { return m.woken == &c; });
  };
  if (!wait_outside(step.patience_ns, [&] { return message() != held_.end(); })) {
    script_->cannot("no other thread grants what it waits for");
    return false;
  }
  const auto found = message();
  inbox_message m = std::move(*found);
  held_.erase(found);
  take_message(m);
  return true;
}

bool scheduler::work_by_script(const script_step& step) {
  const auto work = [&] {
    return std::find_if(held_.begin(), held_.end(), [](const inbox_message& m) { return m.woken == nullptr; });
  };
  const std::uint64_t before = script_->progress();
  // Some of it shows nothing.
  while (script_->progress() == before) {
    if (!wait_outside(step.patience_ns, [&] { return work() != held_.end(); })) {
      script_->cannot("no other thread asks for it");
      return false;
    }
    const auto found = work();
    inbox_message m = std::move(*found);
    held_.erase(found);
    m.work();
  }
  return true;
}

template <class Condition>
bool scheduler::wait_outside(std::int64_t patience_ns, Condition&& is_there) {
  const std::int64_t start = script_->real_time().now_ns();
  for (std::int64_t left = patience_ns; !is_there();) {
    if (left <= 0) return false;
    hold_events(left);
    hold_messages();
    left = patience_ns - (script_->real_time().now_ns() - start);
  }
  return true;
}

void scheduler::hold_events(std::int64_t timeout_ns) {
  std::array<io_event, 256> events;
  const std::size_t count = poller_.wait(events, timeout_ns);
  for (std::size_t i = 0; i < count; ++i) {
    fd_table::entry* const e = fds_.find(events[i].fd);
    if (e == nullptr || e->generation != events[i].generation) continue;
    // What nobody waits for and is known already is no news then, as in dispatch(): it has no step of its own.
    std::uint32_t news = events[i].ready;
    if (e->readers.empty() && e->writers.empty()) news &= ~e->edges;
    e->held |= news;
  }
}

void scheduler::hold_messages() {
  if (!inbox_->maybe_filled()) return;
  inbox_->take(messages_);
  for (inbox_message& m : messages_) {
    if (m.at_any_time) {
      m.work();
    } else {
      held_.push_back(std::move(m));
    }
  }
  messages_.clear();
}

bool scheduler::ready_by_script(int fd, detail::direction d) {
  constexpr std::int64_t patience_ns = 10'000'000'000;
  fd_table::entry& e = *fds_.find(fd);
  const auto bit =
      static_cast<std::uint32_t>(d == detail::direction::readable ? diary::fd_readable_bit : diary::fd_writable_bit);
  if (script_->waits_for_fd()) {
    e.held &= ~bit;  // it was tried just now: whatever was said before is over
    return false;
  }
  static_cast<void>(poller_.rearm(fd, e.generation));
  if (!wait_outside(patience_ns, [&] { return (e.held & (bit | diary::fd_error_bit)) != 0; })) return false;
  e.held &= ~bit;
  return true;
}

void scheduler::leave_script(coroutine* main) {
  script* const ended = std::exchange(script_, nullptr);
  begin_round();
  if (std::exception_ptr error = ended->divergence(); error != nullptr) {
    ended->left_by_divergence();
    // Main learns of it as of a deadlock: wherever it waits.
    if (main != nullptr) interrupt(*main, interruption::error, std::move(error));
  }
  std::vector<inbox_message> late;
  late.swap(held_);
  for (inbox_message& m : late) take_message(m);
  for (int fd = 0; fd < fds_.end(); ++fd) {
    fd_table::entry* const e = fds_.find(fd);
    if (e == nullptr) continue;
    // Whoever waits because the script said so has not tried: what was reported before may still be so.
    if (e->watched && !(e->readers.empty() && e->writers.empty())) static_cast<void>(poller_.rearm(fd, e->generation));
    if (e->held != 0) dispatch(fd, e->generation, std::exchange(e->held, 0));
  }
}

}  // namespace weft::core
