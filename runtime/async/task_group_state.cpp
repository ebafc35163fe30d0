#include "weft/detail/async/task_group_state.hpp"

#include <memory>
#include <mutex>
#include <stdexcept>
#include <utility>

#include "core/scheduler.hpp"
#include "core/unhandled.hpp"
#include "weft/errors.hpp"
#include "weft/task_group.hpp"
#include "weft/this_coroutine.hpp"

namespace weft::detail {

using core::scheduler;

task_group_state::task_group_state(std::string_view name, std::size_t at_most)
    : object_(diary::object_kind::task_group, name), at_most_(at_most) {}

void task_group_state::release() noexcept {
  if (references_.fetch_sub(1, std::memory_order_acq_rel) == 1) delete this;
}

// ---- children

task_group_state::child* task_group_state::admit() {
  auto made = std::make_unique<child>(*this);
  object_.lock.lock();
  // A plain thread must not wait here: its spawn will be refused.
  if (has_place() || !in_coroutine()) {
    ++live_;
    object_.lock.unlock();
  } else {
    waiter w;
    spawners_.push_back(w);
    name_owner();
    wait_in_line(object_, w, diary::wait_reason::task_group_place, forever, [this] { give_up_place(); });
  }
  struct place {
    task_group_state* of;
    ~place() {
      if (of != nullptr) of->give_up_place();
    }
  } mine{this};
  const std::lock_guard guard(object_.lock);
  if (failed_) throw std::logic_error("spawn in a task group of which a child has failed");
  if (const std::size_t needed = errors_.size() + live_; errors_.capacity() < needed) errors_.reserve(2 * needed);
  references_.fetch_add(1, std::memory_order_relaxed);
  mine.of = nullptr;
  return made.release();
}

// Passes the place on to the next spawner that waits for one.
void task_group_state::give_place_back() noexcept {
  if (waiter* const next = spawners_.pop_front()) {
    wake(object_, *next);
    return;
  }
  if (--live_ == 0) {
    while (waiter* w = joiners_.pop_front()) wake(object_, *w);
  } else if (!joiners_.empty()) {
    name_owner();
  }
}

void task_group_state::give_up_place() noexcept {
  const std::lock_guard guard(object_.lock);
  give_place_back();
}

// The group has failed or is cancelled: a spawner that waits for a place gets an error, or a task that never starts.
void task_group_state::let_all_in() noexcept {
  while (waiter* const w = spawners_.pop_front()) {
    ++live_;
    wake(object_, *w);
  }
}

void task_group_state::dismiss(child* c) noexcept {
  give_up_place();
  delete c;
  release();
}

void task_group_state::keep(child* c, task_state& t) noexcept {
  bool ended, ask;
  {
    const std::lock_guard guard(object_.lock);
    ended = c->over;
    ask = !ended && (failed_ || cancelled_);
    if (!ended) {
      c->task = &t;
      c->asked = round_;
      link(*c);
    }
  }
  if (ended) delete c;
  if (ask) t.cancel(nullptr);
}

void task_group_state::link(child& c) noexcept {
  c.next = nullptr;
  c.previous = last_;
  (last_ != nullptr ? last_->next : first_) = &c;
  last_ = &c;
}

void task_group_state::unlink(child& c) noexcept {
  (c.previous != nullptr ? c.previous->next : first_) = c.next;
  (c.next != nullptr ? c.next->previous : last_) = c.previous;
}

void task_group_state::end(child& c, task_state& t) noexcept {
  bool is_first_failure = false, was_kept;
  {
    const std::lock_guard guard(object_.lock);
    was_kept = c.task != nullptr;
    if (was_kept) {
      unlink(c);
    } else {
      c.over = true;
    }
    if (t.status() == task_status::failed) {
      errors_.push_back(t.exception());
      is_first_failure = !std::exchange(failed_, true);
      if (is_first_failure) let_all_in();
    }
  }
  if (was_kept) delete &c;
  if (is_first_failure) {
    cancel_children();
    interrupt_body();
  }
  {
    // Only now, so that a joiner finds everything done.
    const std::lock_guard guard(object_.lock);
    give_place_back();
  }
  release();
}

void task_group_state::name_owner() noexcept {
  if (first_ == nullptr) return;
  object_.owner.store(first_->task->id(), std::memory_order_relaxed);
  object_.owner_slot = first_->task->slot();
}

// ---- cancelling

// The lock is not held during cancel(), because a child may wait for an object whose lock cancel() must take to wake
// the child. Each cancelled child moves to the back of the list, so in the end the order is the old one.
void task_group_state::cancel_children() noexcept {
  object_.lock.lock();
  const std::uint64_t round = ++round_;
  while (first_ != nullptr && first_->asked < round) {
    child& c = *first_;
    c.asked = round;
    unlink(c);
    link(c);
    task_state* const t = c.task;
    retain(t);
    object_.lock.unlock();
    t->cancel(nullptr);
    weft::detail::release(t);
    object_.lock.lock();
  }
  object_.lock.unlock();
}

void task_group_state::cancel() noexcept {
  {
    const std::lock_guard guard(object_.lock);
    cancelled_ = true;
    let_all_in();
  }
  cancel_children();
}

void task_group_state::interrupt_body() noexcept {
  if (body_home_ == nullptr) return;
  scheduler* here = scheduler::current();
  if (here != nullptr && &here->messages() == body_home_) {
    if (body_ != nullptr) fire_scope(*body_);
    return;
  }
  references_.fetch_add(1, std::memory_order_relaxed);
  core::inbox_message m;
  m.work = [kept = std::shared_ptr<task_group_state>(this, [](task_group_state* g) { g->release(); })] {
    if (kept->body_ != nullptr) fire_scope(*kept->body_);
  };
  body_home_->post(std::move(m));
}

// ---- waiting

wait_outcome task_group_state::wait() {
  object_.lock.lock();
  if (live_ == 0) {
    object_.lock.unlock();
    return wait_outcome::granted;
  }
  waiter w;
  joiners_.push_back(w);
  name_owner();
  return suspend(object_, w, diary::wait_reason::task_group);
}

void task_group_state::join() {
  if (in_coroutine() && access::state(this_coroutine::self())->kept_by() == this) {
    throw deadlock_error("deadlock: a child of a task group would wait for its own end");
  }
  const wait_outcome outcome = wait();
  try {
    end_of_wait(outcome);
  } catch (...) {
    cancel_and_wait();
    throw;
  }
  rethrow_first();
}

void task_group_state::cancel_and_wait() {
  cancel();
  if (!in_coroutine()) {
    wait();
    return;
  }
  const cancel_shield until_they_have_ended;
  end_of_wait(wait());
}

void task_group_state::rethrow_first() const {
  std::exception_ptr first;
  {
    const std::lock_guard guard(object_.lock);
    if (!cancelled_ && !errors_.empty()) first = errors_.front();
  }
  if (first != nullptr) std::rethrow_exception(first);
}

bool task_group_state::failed() const {
  const std::lock_guard guard(object_.lock);
  return failed_;
}

std::vector<std::exception_ptr> task_group_state::errors() const {
  const std::lock_guard guard(object_.lock);
  return errors_;
}

std::size_t task_group_state::size() const {
  const std::lock_guard guard(object_.lock);
  return live_;
}

bool task_group_state::is_idle() const {
  const std::lock_guard guard(object_.lock);
  return live_ == 0 && spawners_.empty();
}

// ---- the body

task_group_body::task_group_body(task_group_state& group) : group_(group) {
  open_scope(scope_, forever, "weft::with_task_group");
  group.body_home_ = &scheduler::current()->messages();
  group.body_ = &scope_;
}

void task_group_body::leave() noexcept {
  group_.body_ = nullptr;
  close_scope(scope_);
}

void task_group_body::fail() {
  leave();
  bool is_cancelled = false;
  try {
    throw;
  } catch (const cancelled&) {
    is_cancelled = true;
  } catch (...) {
  }
  // True if only the failing child interrupted the body: then the child's error is thrown.
  const bool ours = scope_.at == scope::stage::delivered && !scope_.cancelled_across;
  const std::vector<std::exception_ptr> before = group_.errors();
  group_.cancel_and_wait();
  if (!before.empty() && (!is_cancelled || ours)) std::rethrow_exception(before.front());
}

}  // namespace weft::detail

namespace weft {

task_group::~task_group() {
  if (!state_->is_idle()) {
    try {
      state_->cancel_and_wait();
    } catch (...) {
      // Either the children can never end, or a wait is not allowed here. The children share ownership of the state.
      detail::report_unhandled(std::current_exception(), "the end of a task group");
    }
  }
  state_->release();
}

}  // namespace weft
