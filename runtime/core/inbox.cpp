#include "core/inbox.hpp"

#include "poller/poller.hpp"

namespace weft::core {

namespace {

struct inbox_pool {
  std::mutex lock;
  std::vector<inbox*> free;
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
      box = new inbox;
      all.free.reserve(all.free.size() + 64);  // room for the way back
    } else {
      box = all.free.back();
      all.free.pop_back();
    }
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
    filled_.store(false, std::memory_order_relaxed);
  }
  dropped.clear();  // outside the lock: what the work had captured may post again
  inbox_pool& all = pool();
  const std::lock_guard guard(all.lock);
  all.free.push_back(this);
}

bool inbox::post(inbox_message m) {
  const std::lock_guard guard(lock_);
  if (sleeper_ == nullptr) return false;
  messages_.push_back(std::move(m));
  // Under the lock, because the poller lives only as long as the inbox is open.
  if (!filled_.exchange(true, std::memory_order_release)) sleeper_->notify();
  return true;
}

void inbox::take(std::vector<inbox_message>& out) {
  out.clear();
  const std::lock_guard guard(lock_);
  out.swap(messages_);
  filled_.store(false, std::memory_order_relaxed);
}

}  // namespace weft::core
