#include "core/script_player.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "core/coroutine.hpp"
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

coroutine* script_player::next() {
  const std::uint64_t slot = script_->next_to();
  coroutine* const next = slot != 0 ? scheduler_.ready_.take(slot) : nullptr;
  return next != nullptr ? scheduler_.stacks_.with_stack(next, scheduler_.ready_) : nullptr;
}

coroutine* script_player::play(coroutine& main) {
  scheduler& s = scheduler_;
  if (checkpointer::wanted(s.pen_, s.live_)) s.record_checkpoint();
  if (s.stacks_.may_age()) s.stacks_.age(s.clock_.now_ns(), 8);
  hold_messages();
  bool polls = false;
  coroutine* entered = nullptr;
  while (entered == nullptr) {
    const script_step step = script_->next_on_root();
    if (step.what == script_step::kind::over) break;
    if (step.what == script_step::kind::poll_begin) polls = true;
    if (step.what == script_step::kind::poll_end) polls = false;
    if (step.what == script_step::kind::enter) {
      entered = s.ready_.take(step.slot);
      if (entered != nullptr) entered = s.stacks_.with_stack(entered, s.ready_);
      if (entered == nullptr) script_->cannot(present_state(s.slab_.at(step.slot)));
      continue;
    }
    const std::uint64_t before = script_->progress();
    if (do_step(step, main) && script_->progress() == before) script_->cannot("nothing happened");
  }
  if (polls) s.pen_.poll_ended(0);
  return entered;
}

bool script_player::do_step(const script_step& step, coroutine& main) {
  using kind = script_step::kind;
  if (step.rest_ns > 0) static_cast<void>(wait_outside(step.rest_ns, [] { return false; }));
  scheduler& s = scheduler_;
  coroutine* const c = step.slot != 0 ? s.slab_.at(step.slot) : nullptr;
  const bool is_blocked = c != nullptr && c->work != nullptr && c->status == coroutine_status::blocked;
  switch (step.what) {
    case kind::over:
    case kind::enter:
      return true;
    case kind::timer:
    case kind::scope:
      if (c != nullptr && c->work != nullptr) return fire(step, *c);
      script_->cannot(present_state(c));
      return false;
    case kind::poll_begin:
      ++s.counts_.polls;
      s.pen_.poll_began(static_cast<std::int64_t>(step.timeout_ns_plus_1) - 1);
      if (s.fds_.any()) hold_events(0);
      return true;
    case kind::poll_end:
      s.pen_.poll_ended(0);
      return true;
    case kind::fd:
      return report(step, step.fd);
    case kind::fd_of:
      if (is_blocked && c->fd >= 0) return report(step, c->fd);
      script_->cannot(present_state(c));
      return false;
    case kind::granted:
    case kind::closed:
      if (is_blocked) return deliver(step, *c);
      script_->cannot(present_state(c));
      return false;
    case kind::work:
      return work(step);
    case kind::deadlock:
      if (is_blocked && c == &main && s.ready_.empty()) {
        s.interrupt_by_deadlock(main);
        return true;
      }
      script_->cannot("there is no deadlock");
      return false;
  }
  return false;
}

bool script_player::fire(const script_step& step, coroutine& c) {
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
  scheduler_.limits_.disarm(*t);
  scheduler_.fire(*t, std::max<std::int64_t>(scheduler_.clock_.now_ns() - t->deadline_ns, 0));
  return true;
}

bool script_player::report(const script_step& step, int fd) {
  fd_waits& fds = scheduler_.fds_;
  fd_waits::entry* const e = fds.find(fd);
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
    if (e->watched) fds.ask_again(fd, *e);
    if (!wait_outside(a_second, is_there) &&
        !wait_outside(step.patience_ns, [&] { return (e->held & step.ready) != 0; })) {
      script_->cannot("fd " + std::to_string(fd) + " does not become ready");
      return false;
    }
  }
  // Nothing that the kernel has not said: who trusts an error that is none would try for ever.
  const std::uint32_t ready = there();
  e->held &= ~ready;
  fds.dispatch(fd, e->generation, ready);
  return true;
}

bool script_player::deliver(const script_step& step, coroutine& c) {
  if (step.what == script_step::kind::closed) {
    if (wait_outside(step.patience_ns, [&] { return scheduler_.fds_.told_of_closing(); })) {
      scheduler_.fds_.take_closed();
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
  scheduler_.take_message(m);
  return true;
}

bool script_player::work(const script_step& step) {
  const auto job = [&] {
    return std::find_if(held_.begin(), held_.end(), [](const inbox_message& m) { return m.woken == nullptr; });
  };
  const std::uint64_t before = script_->progress();
  // Some of it shows nothing.
  while (script_->progress() == before) {
    if (!wait_outside(step.patience_ns, [&] { return job() != held_.end(); })) {
      script_->cannot("no other thread asks for it");
      return false;
    }
    const auto found = job();
    inbox_message m = std::move(*found);
    held_.erase(found);
    m.work();
  }
  return true;
}

template <class Condition>
bool script_player::wait_outside(std::int64_t patience_ns, Condition&& is_there) {
  const std::int64_t start = script_->real_time().now_ns();
  for (std::int64_t left = patience_ns; !is_there();) {
    if (left <= 0) return false;
    hold_events(left);
    hold_messages();
    left = patience_ns - (script_->real_time().now_ns() - start);
  }
  return true;
}

void script_player::hold_events(std::int64_t timeout_ns) {
  std::array<io_event, 256> events;
  const std::size_t count = scheduler_.poller_.wait(events, timeout_ns);
  for (std::size_t i = 0; i < count; ++i) scheduler_.fds_.hold(events[i].fd, events[i].generation, events[i].ready);
}

void script_player::hold_messages() {
  if (!scheduler_.inbox_->maybe_filled()) return;
  scheduler_.inbox_->take(arrived_);
  for (inbox_message& m : arrived_) {
    if (m.at_any_time) {
      m.work();
    } else {
      held_.push_back(std::move(m));
    }
  }
  arrived_.clear();
}

bool script_player::fd_was_ready(int fd, detail::direction d) {
  constexpr std::int64_t patience_ns = 10'000'000'000;
  fd_waits::entry& e = *scheduler_.fds_.find(fd);
  const auto bit =
      static_cast<std::uint32_t>(d == detail::direction::readable ? diary::fd_readable_bit : diary::fd_writable_bit);
  if (script_->waits_for_fd()) {
    e.held &= ~bit;  // it was tried just now: whatever was said before is over
    return false;
  }
  scheduler_.fds_.ask_again(fd, e);
  if (!wait_outside(patience_ns, [&] { return (e.held & (bit | diary::fd_error_bit)) != 0; })) return false;
  e.held &= ~bit;
  return true;
}

void script_player::leave(coroutine* main) {
  script* const ended = std::exchange(script_, nullptr);
  scheduler_.rounds_.begin();
  if (std::exception_ptr error = ended->divergence(); error != nullptr) {
    ended->left_by_divergence();
    // Main learns of it as of a deadlock: wherever it waits.
    if (main != nullptr) scheduler_.interrupt(*main, interruption::error, std::move(error));
  }
  std::vector<inbox_message> late;
  late.swap(held_);
  for (inbox_message& m : late) scheduler_.take_message(m);
  scheduler_.fds_.report_held();
}

}  // namespace weft::core
