#include "weft/detail/deadline.hpp"

#include "core/clock.hpp"
#include "core/scheduler.hpp"
#include "weft/detail/wait.hpp"

namespace weft::detail {

namespace {

// By the clock that suspend() goes by.
std::int64_t now_ns() {
  core::scheduler* const s = in_coroutine() ? core::scheduler::current() : nullptr;
  return (s != nullptr ? s->time() : core::monotonic_clock()).now_ns();
}

}  // namespace

deadline::deadline(std::int64_t limit_ns) : limit_ns_(limit_ns) {
  if (limit_ns == 0 || limit_ns == forever) return;
  const std::int64_t now = now_ns();
  if (limit_ns >= forever - now) {
    limit_ns_ = forever;
  } else {
    end_ns_ = now + limit_ns;
  }
}

std::int64_t deadline::left_ns() const {
  if (limit_ns_ == 0 || limit_ns_ == forever) return limit_ns_;
  const std::int64_t now = now_ns();
  return end_ns_ > now ? end_ns_ - now : 0;
}

}  // namespace weft::detail
