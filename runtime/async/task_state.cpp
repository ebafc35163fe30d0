#include "weft/detail/task_state.hpp"

#include <algorithm>

#include "async/unhandled.hpp"
#include "core/scheduler.hpp"
#include "weft/errors.hpp"
#include "weft/this_coroutine.hpp"

namespace weft::detail {

using core::scheduler;
using diary::coroutine_status;

task_state::task_state(std::string_view name, const std::source_location& where)
    : waited_(diary::object_kind::task, {}), where_(where), name_(name) {}

task_state::~task_state() = default;

void retain(task_state* s) noexcept {
  if (s != nullptr) s->references_.fetch_add(1, std::memory_order_relaxed);
}

void release(task_state* s) noexcept {
  if (s == nullptr || s->references_.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
  s->report_unread_error();
  delete s;
}

void discard_unstarted(task_state* s) noexcept {
  s->destroy_function();
  delete s;
}

void abandon_unstarted(task_state& s) noexcept {
  s.destroy_function();
  s.status_.store(task_status::cancelled, std::memory_order_release);
}

void task_state::start(std::size_t stack_size, std::int64_t delay_ns) {
  scheduler* here = scheduler::current();
  if (here == nullptr || here->running() == nullptr) {
    throw std::logic_error(
        "weft::spawn outside of a coroutine: there is no scheduler on this thread; start one with weft::run");
  }
  start_on(*here, stack_size, delay_ns);
}

void task_state::start_on(scheduler& s, std::size_t stack_size, std::int64_t delay_ns) {
  home_ = &s.messages();
  self_ = s.spawn(*this, stack_size == 0 ? 0 : core::round_stack_size(stack_size), delay_ns);
  id_ = self_->id;
  waited_.owner.store(id_, std::memory_order_relaxed);
  waited_.owner_slot = self_->slot;
  retain(this);  // the coroutine's own
}

std::string task_state::name() const {
  {
    const std::lock_guard guard(waited_.lock);
    if (!name_.empty()) return name_;
  }
  return core::default_name(where_);
}

void task_state::rename(std::string_view name) {
  std::string copy(name);
  const std::lock_guard guard(waited_.lock);
  name_.swap(copy);
}

std::exception_ptr task_state::exception() {
  switch (status()) {
    case task_status::failed:
      error_read_.store(true, std::memory_order_relaxed);
      return error_;
    case task_status::cancelled:
      return std::make_exception_ptr(task_cancelled());
    case task_status::pending:
    case task_status::running:
    case task_status::done:
      break;
  }
  return nullptr;
}

bool task_state::join(std::int64_t limit_ns) {
  if (finished()) return true;
  if (current_id() == id_) {
    throw deadlock_error("deadlock: task #" + std::to_string(id_) + " \"" + name() + "\" would wait for its own end");
  }
  if (limit_ns <= 0) return false;
  waited_.lock.lock();
  if (finished()) {
    waited_.lock.unlock();
    return true;
  }
  waiter w;
  joiners_.push_back(w);
  switch (suspend(waited_, w, diary::wait_reason::join, limit_ns)) {
    case wait_outcome::granted:
      return true;
    case wait_outcome::timed_out:
      return false;
    case wait_outcome::interrupted:
      break;
  }
  throw_interruption();
}

void task_state::rethrow() {
  switch (status()) {
    case task_status::failed:
      error_read_.store(true, std::memory_order_relaxed);
      std::rethrow_exception(error_);
    case task_status::cancelled:
      throw task_cancelled("task #" + std::to_string(id_) + " \"" + name() + "\" was cancelled");
    case task_status::pending:
    case task_status::running:
    case task_status::done:
      break;
  }
}

bool task_state::cancel(std::exception_ptr error) {
  if (finished()) return false;
  const core::interruption kind = error != nullptr ? core::interruption::error : core::interruption::cancel;
  scheduler* here = scheduler::current();
  if (here != nullptr && &here->messages() == home_) {
    if (self_ != nullptr) here->interrupt(*self_, kind, std::move(error));
    return true;
  }
  core::inbox_message m;
  m.work = [kept = access::make<void>(this), kind, error] {
    task_state* s = access::state(kept);
    if (s->self_ != nullptr) scheduler::current()->interrupt(*s->self_, kind, error);
  };
  home_->post(std::move(m));
  return true;
}

bool task_state::kill(std::int64_t limit_ns) {
  if (!cancel(nullptr)) return true;
  if (current_id() == id_) {
    scheduler::current()->take_interruption();
    throw cancelled{};
  }
  return join(limit_ns);
}

callback_id task_state::add(std::unique_ptr<callback> f) {
  waited_.lock.lock();
  if (!finished()) {
    const std::uint64_t id = next_callback_++;
    try {
      callbacks_.emplace_back(id, std::move(f));
    } catch (...) {
      waited_.lock.unlock();
      throw;
    }
    waited_.lock.unlock();
    return {id};
  }
  waited_.lock.unlock();
  call(*f);
  return {};
}

bool task_state::remove_callback(callback_id id) {
  std::unique_ptr<callback> removed;  // destroyed outside the lock
  const std::lock_guard guard(waited_.lock);
  const auto found =
      std::find_if(callbacks_.begin(), callbacks_.end(), [id](const auto& c) { return c.first == id.value; });
  if (found == callbacks_.end()) return false;
  removed = std::move(found->second);
  callbacks_.erase(found);
  return true;
}

void task_state::call(callback& f) noexcept {
  scheduler* here = scheduler::current();
  core::coroutine* self = here != nullptr ? here->running() : nullptr;
  if (self != nullptr) ++self->unsuspendable;
  try {
    f.call();
  } catch (...) {
    report_unhandled(std::current_exception(), "a callback of task #" + std::to_string(id_) + " \"" + name() + "\"");
  }
  if (self != nullptr) --self->unsuspendable;
}

coroutine_status task_state::run(core::coroutine& self) noexcept {
  scheduler& s = *self.home;
  task_status how = task_status::done;
  try {
    if (s.interruption_due(self)) throw_interruption();
    status_.store(task_status::running, std::memory_order_release);
    invoke();
    // A cancellation that found no suspension to be thrown from is not lost.
    if (self.pending != core::interruption::none) throw_interruption();
  } catch (const cancelled&) {
    how = task_status::cancelled;
  } catch (...) {
    how = task_status::failed;
    error_ = std::current_exception();
  }
  // From here on nothing is thrown into the coroutine any more: destructors must not fail because somebody is
  // impatient.
  ++self.shields;
  try {
    after_end();
  } catch (...) {
    how = task_status::failed;
    error_ = std::current_exception();
  }
  destroy_function();
  if (how == task_status::failed && s.diary() != nullptr) {
    s.diary()->record_text(diary::event_type::error, describe(error_));
  }
  finish(how);
  switch (how) {
    case task_status::cancelled:
      return coroutine_status::cancelled;
    case task_status::failed:
      return coroutine_status::failed;
    case task_status::pending:
    case task_status::running:
    case task_status::done:
      break;
  }
  return coroutine_status::done;
}

void task_state::finish(task_status how) noexcept {
  waited_.lock.lock();
  status_.store(how, std::memory_order_release);
  // One at a time, because a callback may remove a later one.
  while (!callbacks_.empty()) {
    const std::unique_ptr<callback> next = std::move(callbacks_.front().second);
    callbacks_.erase(callbacks_.begin());
    waited_.lock.unlock();
    call(*next);
    waited_.lock.lock();
  }
  while (waiter* w = joiners_.pop_front()) wake(waited_, *w);
  waited_.lock.unlock();
}

void task_state::ended() noexcept {
  self_ = nullptr;
  release(this);
}

void task_state::abandoned() noexcept {
  self_ = nullptr;
  error_ = std::make_exception_ptr(deadlock_error("the coroutine was given up: it could never have gone on"));
  error_read_.store(true, std::memory_order_relaxed);  // run() has thrown deadlock_error already
  status_.store(task_status::failed, std::memory_order_release);
  release(this);
}

void task_state::report_unread_error() noexcept {
  if (status() != task_status::failed || error_read_.load(std::memory_order_relaxed)) return;
  report_unhandled(error_, "task #" + std::to_string(id_) + " \"" + name() + "\"");
}

}  // namespace weft::detail
