#include "attach/hold.hpp"

#include <algorithm>
#include <new>
#include <utility>

#include "attach/scheduler_gate.hpp"
#include "core/scheduler.hpp"

namespace weft::attach {

using diary::control_mode;

void hold::pause() { order(control_mode::paused, 0); }
void hold::step() { order(control_mode::stepping, 0); }
void hold::step_to(std::uint64_t id) { order(control_mode::stepping, id); }
void hold::resume() { order(control_mode::running, 0); }

void hold::order(control_mode m, std::uint64_t target) {
  const std::lock_guard guard(lock_);
  mode_ = m;
  target_ = target;
  ++orders_;
  looked_for_target_ = 0;
  target_found_ = target_missing_ = false;
  if (mode_ != control_mode::running) {
    close_all_gates();
  } else {
    for (scheduler_gate* g : gates_) g->stands_ = false;
  }
  changed_.notify_all();
}

// changed_ reaches the schedulers that stand; a message in the inbox reaches the others and ends their poll.
void hold::close_all_gates() noexcept {
  for (scheduler_gate* g : gates_) {
    if (g->stands_) continue;
    try {
      core::inbox_message m;
      m.work = [g] { g->scheduler_.close_gate(); };
      m.at_any_time = true;
      g->scheduler_.messages().post(std::move(m));
    } catch (const std::bad_alloc&) {
      // This scheduler goes on until its next message.
    }
  }
}

void hold::tell_standing() {
  const std::lock_guard guard(lock_);
  ++news_;
  changed_.notify_all();
}

bool hold::mark(const std::string& text) {
  const std::lock_guard guard(lock_);
  if (gates_.empty()) return false;
  scheduler_gate* const g = gates_.front();
  g->marks_.push_back(text);
  ++news_;
  changed_.notify_all();
  core::inbox_message m;
  m.work = [g] { g->catch_up(); };
  m.at_any_time = true;
  g->scheduler_.messages().post(std::move(m));
  return true;
}

std::vector<std::string> hold::take_marks(scheduler_gate& g) {
  const std::lock_guard guard(lock_);
  return std::exchange(g.marks_, {});
}

void hold::describe(diary::control_reply& r) {
  const std::lock_guard guard(lock_);
  r.mode = mode_;
  r.schedulers = static_cast<std::uint32_t>(gates_.size());
  r.standing =
      static_cast<std::uint32_t>(std::count_if(gates_.begin(), gates_.end(), [](auto* g) { return g->stands_; }));
  if (target_missing_) r.flags |= diary::control_flag_no_such_coroutine;
}

void hold::enter(scheduler_gate& g) {
  const std::lock_guard guard(lock_);
  gates_.push_back(&g);
  g.seen_news_ = news_;
  if (mode_ != control_mode::running) g.scheduler_.close_gate();
}

void hold::leave(scheduler_gate& g) noexcept {
  const std::lock_guard guard(lock_);
  std::erase(gates_, &g);
}

void hold::begin_to_stand(scheduler_gate& g) {
  g.stands_ = true;
  if (!g.held_) g.say("weft: paused");
  g.held_ = true;
}

bool hold::begin_round(scheduler_gate& g) noexcept {
  std::unique_lock guard(lock_);
  for (;;) {
    if (g.seen_news_ != news_) {
      g.seen_news_ = news_;
      guard.unlock();
      g.catch_up();
      guard.lock();
      continue;
    }
    if (mode_ == control_mode::running) {
      g.stands_ = false;
      if (g.held_) g.say("weft: resumed");
      g.held_ = false;
      g.scheduler_.open_gate();
      return false;
    }
    if (mode_ == control_mode::stepping && target_ != 0 && is_met(g)) mode_ = control_mode::paused;
    if (mode_ == control_mode::stepping) {
      g.stands_ = false;
      g.seen_order_ = orders_;
      return true;
    }
    if (!g.stands_) begin_to_stand(g);
    changed_.wait(guard);
  }
}

// Has the coroutine that the step goes on to run, been woken or ended? The first call of each scheduler after an order
// only finds out whether the coroutine lives on that scheduler.
bool hold::is_met(scheduler_gate& g) {
  if (g.seen_order_ != orders_) {
    g.entered_ = false;
    g.target_ = g.scheduler_.find(target_);
    if (g.target_ != nullptr) g.target_status_ = g.target_->status;
    target_found_ |= g.target_ != nullptr;
    target_missing_ = ++looked_for_target_ >= gates_.size() && !target_found_;
    return target_missing_;
  }
  // A control block keeps its address for the scheduler's life; after its coroutine ended, its id is another.
  const bool somebody_ran = std::exchange(g.entered_, false);
  return g.target_ != nullptr && ((somebody_ran && g.scheduler_.last_run_id() == target_) || g.target_->id != target_ ||
                                  g.target_->status != g.target_status_);
}

bool hold::admit(scheduler_gate& g) noexcept {
  const std::lock_guard guard(lock_);
  if (mode_ == control_mode::running) return true;
  if (mode_ == control_mode::paused || g.seen_order_ != orders_) return false;
  g.entered_ = true;
  if (target_ == 0) {
    mode_ = control_mode::paused;  // this was the one switch: no other coroutine gets one
    close_all_gates();
  }
  return true;
}

}  // namespace weft::attach
