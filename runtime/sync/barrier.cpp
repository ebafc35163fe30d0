#include "weft/barrier.hpp"

#include <mutex>

#include "sync/misuse.hpp"
#include "trace/words/states.hpp"

namespace weft {

barrier::barrier(std::ptrdiff_t n, std::string_view name)
    : object_(diary::object_kind::barrier, name), expected_(static_cast<std::size_t>(n)) {
  if (n < 1) throw std::invalid_argument(detail::misuse("barrier", object_, "cannot wait for " + std::to_string(n)));
}

std::optional<std::size_t> barrier::arrive(detail::time_limit limit) {
  object_.lock.lock();
  if (broken_) {
    object_.lock.unlock();
    throw_broken();
  }
  // Recount when the number is reached: a cancelled waiter leaves the list without changing arrivals_.
  if (++arrivals_ >= expected_) arrivals_ = waiters_.size() + 1;
  if (arrivals_ == expected_) {
    release_all(false);
    object_.lock.unlock();
    return expected_ - 1;
  }
  if (limit.is_zero()) {
    --arrivals_;
    object_.lock.unlock();
    return std::nullopt;
  }
  detail::waiter w;
  waiters_.push_back(w);
  if (!detail::wait_in_line(object_, w, diary::wait_reason::barrier, limit)) return std::nullopt;
  if (w.handed != nullptr) throw_broken();
  return w.tag;
}

void barrier::abort() {
  const std::lock_guard guard(object_.lock);
  broken_ = true;
  release_all(true);
}

void barrier::reset() {
  const std::lock_guard guard(object_.lock);
  broken_ = false;
  release_all(true);
}

bool barrier::broken() const {
  const std::lock_guard guard(object_.lock);
  return broken_;
}

void barrier::release_all(bool broken) noexcept {
  arrivals_ = 0;
  for (std::size_t index = 0; detail::waiter* const w = waiters_.pop_front(); ++index) {
    w->tag = index;
    if (broken) w->handed = this;
    detail::wake(object_, *w);
  }
}

void barrier::throw_broken() const { throw barrier_broken(detail::described(object_).append(" is broken")); }

}  // namespace weft
