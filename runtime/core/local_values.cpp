#include "weft/detail/core/local_values.hpp"

#include <atomic>
#include <utility>

#include "core/scheduler.hpp"

namespace weft::detail {

namespace {

// Popped before it is destroyed: its destructor may use locals itself, and what it makes is destroyed as well.
void drop_all(local_value*& newest) noexcept {
  while (local_value* v = newest) {
    newest = v->older;
    delete v;
  }
}

struct thread_values {
  local_value* newest = nullptr;
  ~thread_values() { drop_all(newest); }
};

local_value*& newest_here() noexcept {
  core::scheduler* s = core::scheduler::current();
  core::coroutine* c = s != nullptr ? s->running() : nullptr;
  if (c != nullptr) return c->locals;
  static thread_local thread_values of_this_thread;
  return of_this_thread.newest;
}

}  // namespace

std::uint64_t new_local_key() noexcept {
  static std::atomic<std::uint64_t> next{1};
  return next.fetch_add(1, std::memory_order_relaxed);
}

local_value* find_local(std::uint64_t key) noexcept {
  local_value* v = newest_here();
  while (v != nullptr && v->key != key) v = v->older;
  return v;
}

void keep_local(local_value* v) noexcept {
  local_value*& newest = newest_here();
  v->older = std::exchange(newest, v);
}

void drop_local(std::uint64_t key) noexcept {
  for (local_value** place = &newest_here(); *place != nullptr; place = &(*place)->older) {
    local_value* v = *place;
    if (v->key != key) continue;
    *place = v->older;
    delete v;
    return;
  }
}

void drop_locals(core::coroutine& c) noexcept { drop_all(c.locals); }

}  // namespace weft::detail
