#include "core/scheduler_list.hpp"

#include <mutex>

#include "core/scheduler.hpp"

namespace weft::core {

constinit scheduler* scheduler_list::first_ = nullptr;

namespace {
constinit std::mutex lock;  // guards the list that begins at first_
}

void scheduler_list::add(scheduler& s) noexcept {
  const std::lock_guard guard(lock);
  s.links_.next = first_;
  if (first_ != nullptr) first_->links_.previous = &s;
  first_ = &s;
}

void scheduler_list::remove(scheduler& s) noexcept {
  const std::lock_guard guard(lock);
  const auto [next, previous] = s.links_;
  (previous != nullptr ? previous->links_.next : first_) = next;
  if (next != nullptr) next->links_.previous = previous;
}

void scheduler_list::hold() noexcept { lock.lock(); }
void scheduler_list::let_go() noexcept { lock.unlock(); }
void scheduler_list::abandon() noexcept {
  first_ = nullptr;
  lock.unlock();
}

}  // namespace weft::core
