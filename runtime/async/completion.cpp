#include "weft/detail/async/completion.hpp"

#include <atomic>
#include <mutex>

#include "core/scheduler.hpp"
#include "core/unhandled.hpp"
#include "weft/errors.hpp"

namespace weft::detail {

namespace {

// The values of waiter::tag in a completion's waiter list.
enum : std::uintptr_t { joiner = 0, listener = 1 };

void reverse(std::unique_ptr<callback>& chain) noexcept {
  std::unique_ptr<callback> rest = std::move(chain);
  while (rest != nullptr) {
    std::unique_ptr<callback> first = std::move(rest);
    rest = std::move(first->next);
    first->next = std::move(chain);
    chain = std::move(first);
  }
}

}  // namespace

completion_listener::completion_listener() noexcept { tag = listener; }

void retain(completion* c) noexcept {
  if (c != nullptr) count_up(c->references_);
}

void release(completion* c) noexcept {
  if (c == nullptr || !count_down(c->references_)) return;
  if (c->is_last_link()) {
    delete c;
  } else {
    completion::destroy_deep(c);
  }
}

// ---- how it ended

bool completion::over() const noexcept {
  if (settled_.load(std::memory_order_acquire)) return true;
  if (!finished()) return false;
  const std::lock_guard guard(object_.lock);
  return over_locked();
}

bool completion::over_locked() const noexcept {
  return settled_.load(std::memory_order_relaxed) || (finished() && settler_ == current_owner());
}

std::exception_ptr completion::exception() {
  switch (status()) {
    case task_status::failed:
      mark_read();
      return error_;
    case task_status::cancelled:
      return std::make_exception_ptr(task_cancelled(who() + " was cancelled"));
    case task_status::pending:
    case task_status::running:
    case task_status::done:
      break;
  }
  return nullptr;
}

void completion::rethrow() {
  switch (status()) {
    case task_status::failed:
      mark_read();
      std::rethrow_exception(error_);
    case task_status::cancelled:
      throw task_cancelled(who() + " was cancelled");
    case task_status::pending:
    case task_status::running:
    case task_status::done:
      break;
  }
}

void completion::report_unread_error() noexcept {
  if (status() != task_status::failed || error_read_.load(std::memory_order_relaxed)) return;
  report_unhandled(error_, who());
}

// ---- waiting for the end

// GCC does not see that suspend() removes the waiter from the waiter list.
#if defined(__GNUC__) && !defined(__clang__) && __GNUC__ >= 12
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdangling-pointer"
#endif
bool completion::await_end(diary::wait_reason reason, time_limit limit) {
  if (settled_.load(std::memory_order_acquire)) return true;
  if (limit.is_zero()) return finished();
  waiter w;
  if (!stand_in_line(w)) return true;
  return wait_in_line(object_, w, reason, limit);
}
#if defined(__GNUC__) && !defined(__clang__) && __GNUC__ >= 12
#pragma GCC diagnostic pop
#endif

bool completion::stand_in_line(waiter& w) noexcept {
  object_.lock.lock();
  if (over_locked()) {
    object_.lock.unlock();
    return false;
  }
  waiters_.push_back(w);
  return true;
}

bool completion::listen(completion_listener& l) noexcept {
  const std::lock_guard guard(object_.lock);
  if (over_locked()) return false;
  waiters_.push_back(l);
  return true;
}

void completion::withdraw(completion_listener& l) noexcept {
  // Lock even if l was notified already: the notifying thread may still be inside completed().
  const std::lock_guard guard(object_.lock);
  if (l.list != nullptr) waiters_.remove(l);
}

std::uint64_t completion::next_end_order() noexcept {
  static std::atomic<std::uint64_t> next{1};
  return count_next(next);
}

// ---- callbacks, and the end

callback_id completion::add(std::unique_ptr<callback> f) {
  static std::atomic<std::uint64_t> next_id{1};
  object_.lock.lock();
  if (!finished()) {
    const std::uint64_t id = f->id = next_id.fetch_add(1, std::memory_order_relaxed);
    f->next = std::move(callbacks_);
    callbacks_ = std::move(f);
    object_.lock.unlock();
    return {id};
  }
  object_.lock.unlock();
  call(*f);
  return {};
}

bool completion::remove_callback(callback_id id) {
  std::unique_ptr<callback> removed;  // destroyed after the lock is released
  const std::lock_guard guard(object_.lock);
  std::unique_ptr<callback>* at = &callbacks_;
  while (*at != nullptr && (*at)->id != id.value) at = &(*at)->next;
  if (*at == nullptr) return false;
  removed = std::move(*at);
  *at = std::move(removed->next);
  return true;
}

completion::~completion() {
  // Destroy them one by one: a long chain that destroys itself would recurse.
  while (callbacks_ != nullptr) callbacks_ = std::move(callbacks_->next);
}

void completion::call(callback& f) noexcept {
  core::scheduler* here = core::scheduler::current();
  core::coroutine* self = here != nullptr ? here->running() : nullptr;
  if (self != nullptr) ++self->unsuspendable;
  try {
    f.call();
  } catch (...) {
    report_unhandled(std::current_exception(), "a callback of " + who());
  }
  if (self != nullptr) --self->unsuspendable;
}

void completion::settle(task_status how) noexcept {
  object_.lock.lock();
  end_order_ = next_end_order();
  if (callbacks_ == nullptr) {
    status_.store(how, std::memory_order_release);
    end_settling();
    return;
  }
  settler_ = current_owner();
  status_.store(how, std::memory_order_release);
  reverse(callbacks_);
  object_.lock.unlock();
  call_all();
}

// Calls one callback at a time, because a callback may remove a later one.
bool completion::call_next() noexcept {
  object_.lock.lock();
  const std::unique_ptr<callback> next = std::move(callbacks_);
  if (next == nullptr) {
    end_settling();
    return false;
  }
  callbacks_ = std::move(next->next);
  object_.lock.unlock();
  call(*next);
  return true;  // next is destroyed while the lock is free: the destructor of a capture may call this completion
}

void completion::end_settling() noexcept {
  settled_.store(true, std::memory_order_release);
  while (waiter* w = waiters_.pop_front()) {
    if (w->tag == listener) {
      static_cast<completion_listener*>(w)->completed(*this);
    } else {
      wake(object_, *w);
    }
  }
  object_.lock.unlock();
}

}  // namespace weft::detail
