// weft/detail/core/suspension.hpp: the door through which the public classes reach the scheduler.
#include "weft/detail/core/suspension.hpp"

#include <cstring>
#include <string>
#include <thread>

#include "core/fork.hpp"
#include "core/other_weft.hpp"
#include "core/outside.hpp"
#include "core/scheduler.hpp"
#include "core/thread_parker.hpp"
#include "weft/errors.hpp"

namespace weft::detail {

namespace {

core::coroutine* running_coroutine() noexcept {
  core::scheduler* s = core::scheduler::current();
  return s != nullptr ? s->running() : nullptr;
}

std::atomic<std::uint64_t> next_object_id{1};

}  // namespace

void spinlock::lock_contended() noexcept {
  for (unsigned spins = 0;; ++spins) {
    while (taken_.load(std::memory_order_relaxed)) {
      // Whoever holds it needs a few instructions, unless its thread was put to sleep: then we sleep too.
      if (++spins > 100) std::this_thread::yield();
    }
    if (!taken_.exchange(true, std::memory_order_acquire)) return;
  }
}

waiter::waiter() : coroutine(running_coroutine()) {
  if (coroutine != nullptr) return;
  core::expect_no_other_weft("a wait");
  thread = &core::parker_of_this_thread();
}

std::size_t wait_list::size() const noexcept {
  std::size_t count = 0;
  for (const waiter* w = first_; w != nullptr; w = w->next) ++count;
  return count;
}

object::object(diary::object_kind kind, std::string_view name) : kind_(kind) {
  if (!name.empty()) {
    name_ = std::make_unique<char[]>(name.size() + 1);
    std::memcpy(name_.get(), name.data(), name.size());
  }
}

object::object(stand_in s) : object(s.other.kind_, s.other.name()) {
  id_.store(s.other.id(), std::memory_order_relaxed);
  owner.store(s.other.owner.load(std::memory_order_relaxed), std::memory_order_relaxed);
}

object::~object() = default;

std::uint64_t object::new_id() const noexcept {
  std::uint64_t mine = 0;
  const std::uint64_t fresh = count_next(next_object_id);
  return id_.compare_exchange_strong(mine, fresh, std::memory_order_relaxed) ? fresh : mine;
}

namespace {

// A plain thread. Out of the way of coroutines, whose suspend() saves nothing for it.
[[gnu::noinline]] wait_outcome block_thread(object& o, waiter& w, diary::wait_reason reason, time_limit limit) {
  if (limit.is_forever() && core::in_forked_child() && core::outside_threads() == 0 &&
      !core::outside_work_under_way()) {
    if (w.list != nullptr) w.list->remove(w);
    o.lock.unlock();
    throw deadlock_error("deadlock: a forked child would wait for ever (" + std::string(diary::to_text(reason)) +
                         " on " + std::string(diary::to_text(o.kind())) +
                         (o.name().empty() ? "" : " \"" + std::string(o.name()) + "\"") +
                         "): nobody of its parent runs here");
  }
  o.lock.unlock();
  const bool woken = w.thread->park(limit);
  o.lock.lock();
  if (woken || w.list != nullptr) {
    // Having had the lock, the waker is through with the object: it may be destroyed now.
    if (w.list != nullptr) w.list->remove(w);
    o.lock.unlock();
    return woken ? wait_outcome::granted : wait_outcome::timed_out;
  }
  o.lock.unlock();
  // The grant came first; its unpark() is on its way and must not be left for the next wait.
  w.thread->park(forever);
  return wait_outcome::granted;
}

}  // namespace

wait_outcome suspend(object& o, waiter& w, diary::wait_reason reason, time_limit limit) {
  if (w.coroutine != nullptr) [[likely]]
    return core::scheduler::current()->wait(o, w, reason, limit);
  return block_thread(o, w, reason, limit);
}

void forget_grants_of(const object& o) noexcept {
  if (core::scheduler* here = core::scheduler::current()) here->forget_grants_of(o);
}

namespace {

// Somebody of another thread.
[[gnu::noinline]] void wake_remotely(const object& o, core::coroutine& c, core::scheduler* here) noexcept {
  core::inbox_message m;
  m.woken = &c;
  m.object_id = o.id();
  if (here != nullptr) {
    m.waker = here->diary().last_event();
    here->diary().handed_away(o);
  }
  c.home->messages().post(std::move(m));
}

}  // namespace

void wake(const object& o, waiter& w) noexcept {
  w.granted = true;
  core::coroutine* const c = w.coroutine;
  if (c == nullptr) return w.thread->unpark();
  core::scheduler* const here = core::scheduler::current();
  if (c->home != here) return wake_remotely(o, *c, here);
  here->wake(*c, o);
}

void throw_interruption() {
  if (std::exception_ptr error = core::scheduler::current()->take_interruption())
    std::rethrow_exception(std::move(error));
  throw cancelled{};
}

bool recording() noexcept {
  core::scheduler* const here = core::scheduler::current();
  return here != nullptr && here->diary().on();
}

std::atomic<std::uint32_t> diaries_kept{0};

void record_event(diary::event_type type, object& o, std::uint64_t value) noexcept {
  if (core::scheduler* const here = core::scheduler::current()) here->diary().about(type, o, value);
}

const void* current_owner() noexcept {
  static thread_local char this_thread;
  const core::coroutine* c = running_coroutine();
  return c != nullptr ? static_cast<const void*>(c) : &this_thread;
}

std::uint64_t current_id() noexcept {
  const core::coroutine* c = running_coroutine();
  return c != nullptr ? c->id : 0;
}

std::uint64_t current_slot() noexcept {
  const core::coroutine* c = running_coroutine();
  return c != nullptr ? c->slot : 0;
}

std::uint64_t slot_of(const waiter& w) noexcept { return w.coroutine != nullptr ? w.coroutine->slot : 0; }
std::uint64_t id_of(const waiter& w) noexcept { return w.coroutine != nullptr ? w.coroutine->id : 0; }
bool in_coroutine() noexcept { return running_coroutine() != nullptr; }

}  // namespace weft::detail
