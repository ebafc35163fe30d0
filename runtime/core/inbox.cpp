#include "core/inbox.hpp"

#include <utility>

#include "core/poller.hpp"

namespace weft::core {

namespace {

struct inbox_pool {
  std::mutex lock;
  std::vector<inbox*> free;
  std::vector<inbox*> open;
};

inbox_pool& pool() {
  static inbox_pool* const all = new inbox_pool;  // leaked on purpose, like the inboxes
  return *all;
}

}  // namespace

inbox* inbox::open(poller& p) {
  inbox* box = nullptr;
  {
    inbox_pool& all = pool();
    const std::lock_guard guard(all.lock);
    if (all.free.empty()) {
      all.free.reserve(all.open.size() + 1);  // room for the way back
      all.open.reserve(all.open.size() + 1);
      box = new inbox;
    } else {
      all.open.reserve(all.open.size() + 1);
      box = all.free.back();
      all.free.pop_back();
    }
    all.open.push_back(box);
  }
  const std::lock_guard guard(box->lock_);
  box->sleeper_ = &p;
  return box;
}

void inbox::close() noexcept {
  std::vector<inbox_message> dropped;
  {
    const std::lock_guard guard(lock_);
    sleeper_ = nullptr;
    dropped.swap(messages_);
    closed_fds_.clear();
    filled_.store(false, std::memory_order_relaxed);
    has_closed_fds_.store(false, std::memory_order_relaxed);
  }
  dropped.clear();  // outside the lock: what the work had captured may post again
  inbox_pool& all = pool();
  const std::lock_guard guard(all.lock);
  std::erase(all.open, this);
  all.free.push_back(this);
}

void inbox::hold_all() {
  inbox_pool& all = pool();
  all.lock.lock();
  for (inbox* box : all.open) box->lock_.lock();
}

void inbox::let_go_all() {
  inbox_pool& all = pool();
  for (inbox* box : all.open) box->lock_.unlock();
  all.lock.unlock();
}

void inbox::abandon_all() {
  inbox_pool& all = pool();
  for (inbox* box : all.open) {
    // Null: its thread was just opening or closing it.
    if (poller* const sleeper = std::exchange(box->sleeper_, nullptr)) sleeper->abandon_in_child();
    // Not destroyed: what the messages hold belongs to coroutines that are not there any more.
    new std::vector<inbox_message>(std::move(box->messages_));
    box->messages_.clear();
    box->closed_fds_.clear();
    box->filled_.store(false, std::memory_order_relaxed);
    box->has_closed_fds_.store(false, std::memory_order_relaxed);
    box->parents_.store(true, std::memory_order_relaxed);
    box->lock_.unlock();
    // Never opened again: by its inbox a task of the parent's is known to belong to another scheduler.
  }
  all.open.clear();
  all.lock.unlock();
}

bool inbox::post(inbox_message m) {
  const std::lock_guard guard(lock_);
  if (sleeper_ == nullptr) return false;
  messages_.push_back(std::move(m));
  // Under the lock, because the poller lives only as long as the inbox is open.
  if (!filled_.exchange(true, std::memory_order_release)) sleeper_->notify();
  return true;
}

void inbox::post_to_others(const inbox* own, const closed_fd& closed) {
  inbox_pool& all = pool();
  const std::lock_guard all_guard(all.lock);
  for (inbox* box : all.open) {
    if (box == own) continue;
    const std::lock_guard guard(box->lock_);
    if (box->sleeper_ == nullptr) continue;
    box->closed_fds_.push_back(closed);
    box->has_closed_fds_.store(true, std::memory_order_release);
    if (!box->filled_.exchange(true, std::memory_order_release)) box->sleeper_->notify();
  }
}

void inbox::take_closed_fds(std::vector<closed_fd>& out) {
  out.clear();
  const std::lock_guard guard(lock_);
  out.swap(closed_fds_);
  has_closed_fds_.store(false, std::memory_order_relaxed);
}

void inbox::take(std::vector<inbox_message>& out) {
  out.clear();
  const std::lock_guard guard(lock_);
  out.swap(messages_);
  filled_.store(false, std::memory_order_relaxed);
}

}  // namespace weft::core
