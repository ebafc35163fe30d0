#include "weft/semaphore.hpp"

#include <mutex>
#include <stdexcept>

#include "sync/misuse.hpp"
#include "trace/words/schema.hpp"
#include "trace/words/states.hpp"

namespace weft {

semaphore::semaphore(std::ptrdiff_t permits, std::ptrdiff_t most, std::string_view name)
    : object_(diary::object_kind::semaphore, name), value_(permits), most_(most) {
  if (permits < 0) {
    throw std::invalid_argument(
        detail::misuse("semaphore", object_, "cannot have " + std::to_string(permits) + " permits"));
  }
}

semaphore::~semaphore() {
  if (has_waked_) detail::forget_grants_of(object_);
}

bool semaphore::take(detail::time_limit limit) {
  object_.lock.lock();
  if (value_ > 0 || limit.is_zero()) {
    const bool taken = value_ > 0;
    if (taken) {
      --value_;
      tell();
    }
    object_.lock.unlock();
    return taken;
  }
  detail::waiter w;
  waiters_.push_back(w);
  return detail::wait_in_line(object_, w, diary::wait_reason::semaphore, limit, [this] {
    const std::lock_guard guard(object_.lock);
    give(1);
  });
}

void semaphore::release(std::ptrdiff_t n) {
  const std::lock_guard guard(object_.lock);
  // With waiters value_ is 0: they use up the released permits at once.
  if (n < 0 || n > most_ - value_) {
    throw std::logic_error(detail::misuse("release", object_, "cannot take " + std::to_string(n) + " permits back"));
  }
  give(n);
}

void semaphore::give(std::ptrdiff_t n) noexcept {
  for (; n > 0 && !waiters_.empty(); --n) {
    has_waked_ = true;
    detail::wake(object_, *waiters_.pop_front());
  }
  if (n == 0) return;
  value_ += n;
  tell();
}

void semaphore::tell() noexcept {
  detail::record(diary::event_type::counted, object_, [this] { return static_cast<std::uint64_t>(value_); });
}

void semaphore::take_back() noexcept {
  const std::lock_guard guard(object_.lock);
  if (value_ < most_) give(1);
}

std::ptrdiff_t semaphore::value() const {
  const std::lock_guard guard(object_.lock);
  return value_;
}

}  // namespace weft
