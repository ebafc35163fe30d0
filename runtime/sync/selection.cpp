#include "weft/detail/sync/selection.hpp"

#include <mutex>
#include <utility>

#include "core/scheduler.hpp"
#include "trace/words/states.hpp"

namespace weft::detail {

namespace {

// The object that each select without its own object waits for: one number in the diary for all of them.
const object& any_select() {
  static const object* const the_one = new object(diary::object_kind::other, "select");  // leaked: may be used late
  return *the_one;
}

// The value of claimed_ once nothing can be claimed any more.
waiter* nothing() noexcept {
  static waiter mark;
  return &mark;
}

}  // namespace

selection::selection(const object* like)
    : object_(object::stand_in{like != nullptr ? *like : any_select()}), home_(core::scheduler::current()) {}

bool selection::claim(waiter& w) noexcept {
  const std::lock_guard guard(object_.lock);
  if (!open()) return false;
  claimed_.store(&w, std::memory_order_release);
  elsewhere_ = home_ == nullptr || core::scheduler::current() != home_;
  if (sleeper_ == nullptr) return true;
  if (sleeper_->list != nullptr) {
    // Remove the sleeper from its list, so that neither a time limit nor a cancellation ends the sleep before wake().
    line_.remove(*sleeper_);
  } else {
    sleeper_ = nullptr;  // one of these has ended it: the sleeper runs and will find the claim
  }
  return true;
}

void selection::wake(const object& o) noexcept {
  const std::lock_guard guard(object_.lock);
  // Without a sleeper, the selecting coroutine is still checking its objects and will find the claim.
  if (sleeper_ != nullptr) detail::wake(o, *std::exchange(sleeper_, nullptr));
}

wait_outcome selection::sleep(time_limit limit) {
  object_.lock.lock();
  if (!open()) {
    object_.lock.unlock();
    return wait_outcome::granted;
  }
  waiter w;
  w.handed = static_cast<held_places*>(this);
  line_.push_back(w);
  sleeper_ = &w;
  struct awake {  // also if suspend() throws
    selection* self;
    ~awake() {
      const std::lock_guard guard(self->object_.lock);
      self->sleeper_ = nullptr;
    }
  } const at_the_end{this};
  return suspend(object_, w, diary::wait_reason::select, limit);
}

waiter* selection::close() noexcept {
  const std::lock_guard guard(object_.lock);
  waiter* const w = claimed_.load(std::memory_order_relaxed);
  if (w == nullptr) claimed_.store(nothing(), std::memory_order_release);
  return w == nothing() ? nullptr : w;
}

}  // namespace weft::detail
