#include "weft/detail/async/pool_state.hpp"

#include <mutex>
#include <new>
#include <optional>
#include <stdexcept>

#include "core/other_weft.hpp"
#include "sync/misuse.hpp"
#include "trace/words/states.hpp"
#include "weft/errors.hpp"
#include "weft/this_coroutine.hpp"

namespace weft::detail {

pool_state::pool_state(std::size_t slots, std::string_view name)
    : object_(diary::object_kind::pool, name), slots_(slots) {}

// ---- slots

void pool_state::enter() {
  if (!in_coroutine()) {
    core::expect_no_other_weft("pool::spawn");
    throw std::logic_error(misuse("spawn", object_, "is used outside of a coroutine"));
  }
  object_.lock.lock();
  if (taken_ < slots_ && !closed_) {
    ++taken_;
    object_.lock.unlock();
    return;
  }
  const auto kept = shared_from_this();  // the pool may be destroyed before its waiters
  waiter w;
  enterers_.push_back(w);
  wait_in_line(object_, w, diary::wait_reason::pool_slot, forever, [this] { leave(); });
}

bool pool_state::try_enter() noexcept {
  const std::lock_guard guard(object_.lock);
  if (taken_ >= slots_ || closed_) return false;
  ++taken_;
  return true;
}

void pool_state::enter_as_job() {
  enter();
  const std::lock_guard guard(object_.lock);
  jobs_.at(current_id()).has_slot = true;
}

void pool_state::leave() noexcept {
  const std::lock_guard guard(object_.lock);
  give_slot_back();
}

void pool_state::give_slot_back() noexcept {
  waiter* const next = closed_ ? nullptr : enterers_.pop_front();
  if (next != nullptr) {
    wake(object_, *next);
  } else {
    --taken_;
  }
}

std::size_t pool_state::taken() const {
  const std::lock_guard guard(object_.lock);
  return taken_;
}

// ---- jobs

void pool_state::add(const task<void>& handle, bool has_slot, const void* owner) {
  const std::uint64_t id = handle.id();
  {
    const std::lock_guard guard(object_.lock);
    jobs_.emplace(id, job{handle, owner, has_slot});
  }
  access::state(handle)->add_callback([self = shared_from_this(), id] { self->end(id); });
}

void pool_state::end(std::uint64_t id) noexcept {
  decltype(jobs_)::node_type ended;  // drops the task after the lock is released
  const std::lock_guard guard(object_.lock);
  ended = jobs_.extract(id);
  if (ended.mapped().has_slot) give_slot_back();
  if (!jobs_.empty()) return;
  while (waiter* const w = joiners_.pop_front()) wake(object_, *w);
}

bool pool_state::runs_this() const {
  const std::uint64_t me = current_id();
  const std::lock_guard guard(object_.lock);
  return me != 0 && jobs_.contains(me);
}

bool pool_state::join(time_limit limit) {
  if (runs_this())
    throw deadlock_error(misuse("deadlock: join", object_, "would wait for the end of the caller, its job"));
  object_.lock.lock();
  if (jobs_.empty() || limit.is_zero()) {
    const bool none = jobs_.empty();
    object_.lock.unlock();
    return none;
  }
  const auto kept = shared_from_this();
  waiter w;
  joiners_.push_back(w);
  return wait_in_line(object_, w, diary::wait_reason::pool_join, limit);
}

std::vector<task<void>> pool_state::jobs_of(const void* owner) const {
  std::vector<task<void>> found;
  const std::lock_guard guard(object_.lock);
  for (const auto& [id, j] : jobs_) {
    if (owner == nullptr || j.owner == owner) found.push_back(j.handle);
  }
  return found;
}

void pool_state::kill(const void* owner) {
  const std::vector<task<void>> jobs = jobs_of(owner);
  const std::uint64_t me = current_id();
  const task<void>* self = nullptr;
  for (const task<void>& j : jobs) {
    if (me != 0 && j.id() == me) {
      self = &j;
    } else {
      j.cancel();
    }
  }
  for (const task<void>& j : jobs) {
    if (&j != self) j.join();
  }
  if (self != nullptr) self->kill();
}

void pool_state::kill_quietly(const void* owner) noexcept {
  try {
    kill_quietly(jobs_of(owner));
  } catch (const std::bad_alloc&) {
    // No memory for the list: the jobs keep running.
  }
}

void pool_state::kill_quietly(const std::vector<task<void>>& jobs) noexcept {
  if (jobs.empty()) return;
  const std::uint64_t me = current_id();
  std::optional<cancel_shield> shield;
  if (me != 0) shield.emplace();
  try {
    for (const task<void>& j : jobs) {
      if (me == 0 || j.id() != me) j.cancel();
    }
    for (const task<void>& j : jobs) {
      if (me == 0 || j.id() != me) j.join();
    }
  } catch (...) {
    // The jobs can never end: they are left behind, and run() reports them at its end.
  }
}

void pool_state::close() noexcept {
  const std::lock_guard guard(object_.lock);
  closed_ = true;
}

}  // namespace weft::detail
