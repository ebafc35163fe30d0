// The base of everything that coroutines and threads wait for: an object with a lock, a name and waiter lists; a waiter
// on the stack of the waiting coroutine; one function that suspends and one that wakes. Not for programs: the public
// classes use it.
//
// The rules, which each waiting operation follows:
//  1. Lock the object. If the operation is possible at once, do it and unlock: that is no suspension.
//  2. Else make a `waiter`, put it into one of the object's lists, call wait_in_line(): it unlocks and returns when
//     woken.
//  3. granted: the waker removed the waiter from its list, did the hand-over under the lock, and called wake().
//     timed_out: the time limit removed the waiter from its list, and nothing was handed over.
//     interrupted: cancelled. If waiter.granted is set, something was handed over all the same: give_back() locks the
//     object and passes it to the next waiter or back to the object. Then the interruption is thrown.
//  A grant that comes before the time limit wins over it; a grant does not win over a cancellation.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <limits>
#include <memory>
#include <string_view>
#include <type_traits>

#include "weft/detail/core/one_thread.hpp"
#include "weft/detail/core/time_limit.hpp"

namespace weft::diary {
enum class wait_reason : std::uint8_t;
enum class object_kind : std::uint8_t;
enum class event_type : std::uint8_t;
}  // namespace weft::diary

namespace weft::core {
struct coroutine;
class thread_parker;
}  // namespace weft::core

namespace weft::detail {

// Guards an object for a few instructions. Never locked across a suspension.
class spinlock {
 public:
  void lock() noexcept {
    if (one_thread()) {
      taken_.store(true, std::memory_order_relaxed);
    } else if (taken_.exchange(true, std::memory_order_acquire)) {
      lock_contended();
    }
  }
  bool try_lock() noexcept { return !taken_.exchange(true, std::memory_order_acquire); }
  void unlock() noexcept { taken_.store(false, std::memory_order_release); }

 private:
  void lock_contended() noexcept;
  std::atomic<bool> taken_{false};
};

class wait_list;
class selection;

// The waiter-list entries of a coroutine that sleeps in a select; the sleeper's waiter::handed points here. A scheduler
// that ends while the coroutine is alive gives them up on its behalf.
class held_places {
 public:
  // Removes all entries: the coroutine never runs again and its stack will be freed.
  virtual void give_up() noexcept = 0;

 protected:
  ~held_places() = default;
};

// One wait of one coroutine or plain thread; lives on its stack from before suspend() until after it. The object's lock
// guards all fields but `coroutine` and `thread`.
struct waiter {
  waiter();  // for the running coroutine, or for this thread
  waiter(const waiter&) = delete;
  waiter& operator=(const waiter&) = delete;

  waiter* next = nullptr;
  waiter* previous = nullptr;
  wait_list* list = nullptr;              // the list that contains it; null: none
  core::coroutine* coroutine = nullptr;   // the waiting coroutine; null: a plain thread
  core::thread_parker* thread = nullptr;  // of a plain thread
  void* handed = nullptr;                 // for the object: where the handed-over value is written or read
  std::uintptr_t tag = 0;                 // for the object: the kind of wait
  selection* part_of = nullptr;           // the selection of which this is a piece, or null: see selection.hpp
  bool granted = false;                   // set by wake()
  bool object_gone = false;               // set by the object's destructor, on the thread of the waiting coroutine
};

// A FIFO of waiters; owns none of them.
class wait_list {
 public:
  wait_list() = default;
  wait_list(const wait_list&) = delete;
  wait_list& operator=(const wait_list&) = delete;
  bool empty() const noexcept { return first_ == nullptr; }
  waiter* front() const noexcept { return first_; }
  void push_back(waiter& w) noexcept;
  void push_front(waiter& w) noexcept;
  void remove(waiter& w) noexcept;    // w must be in this list
  waiter* pop_front() noexcept;       // null if empty
  std::size_t size() const noexcept;  // counts: O(n)

 private:
  waiter* first_ = nullptr;
  waiter* last_ = nullptr;
};

inline void wait_list::push_back(waiter& w) noexcept {
  w.list = this;
  w.next = nullptr;
  w.previous = last_;
  (last_ != nullptr ? last_->next : first_) = &w;
  last_ = &w;
}

inline void wait_list::push_front(waiter& w) noexcept {
  w.list = this;
  w.previous = nullptr;
  w.next = first_;
  (first_ != nullptr ? first_->previous : last_) = &w;
  first_ = &w;
}

inline void wait_list::remove(waiter& w) noexcept {
  (w.previous != nullptr ? w.previous->next : first_) = w.next;
  (w.next != nullptr ? w.next->previous : last_) = w.previous;
  w.list = nullptr;
  w.next = w.previous = nullptr;
}

inline waiter* wait_list::pop_front() noexcept {
  waiter* w = first_;
  if (w != nullptr) remove(*w);
  return w;
}

// The base of everything that can be waited for. Its number and name appear in the diary and in deadlock_error.
class object {
 public:
  object(diary::object_kind kind, std::string_view name);
  // An object that represents `other` in the diary and in reports: it has the number, kind, name and owner of `other`,
  // but its own lock.
  struct stand_in {
    const object& other;
  };
  explicit object(stand_in s);
  object(const object&) = delete;
  object& operator=(const object&) = delete;
  ~object();

  diary::object_kind kind() const noexcept { return kind_; }
  std::string_view name() const noexcept { return name_ ? std::string_view(name_.get()) : std::string_view(); }
  // Unique in the process; assigned at the first use; the number in the diary.
  std::uint64_t id() const noexcept {
    const std::uint64_t mine = id_.load(std::memory_order_relaxed);
    return mine != 0 ? mine : new_id();
  }

  // Small fields are together, here and in derived classes: there may be a million tasks.
 private:
  diary::object_kind kind_;

 public:
  mutable spinlock lock;
  // The diary has recorded a fact about it that checkpoints repeat, at any time; guarded by `lock`.
  bool noted = false;
  // The owner's slot in the diary, according to the recorded lock events; guarded by `lock`.
  std::uint32_t owner_slot = 0;
  // Id of the coroutine that owns it (a locked mutex); 0: nobody or a plain thread. Written under `lock`.
  std::atomic<std::uint64_t> owner{0};

 private:
  std::uint64_t new_id() const noexcept;

  mutable std::atomic<std::uint64_t> id_{0};
  std::unique_ptr<char[]> name_;
};

enum class wait_outcome : std::uint8_t { granted, timed_out, interrupted };

// Suspends the running coroutine (blocks a plain thread) until wake(w), the time limit or a cancellation. Before:
// o.lock is locked and w is in one of o's lists. After: o.lock is free, w is in no list.
wait_outcome suspend(object& o, waiter& w, diary::wait_reason reason, time_limit limit = forever);
// Throws what interrupted the running coroutine's wait: cancelled, or the exception of throw_in.
[[noreturn]] void throw_interruption();

// The end of a wait, however it was done: by suspend(), or by a co_await (object_wait, in co_wait.hpp). Returns true if
// it was granted and false if it timed out. Throws if it was interrupted; what was handed over before that is given
// back first, unless the object is gone.
inline bool end_of_wait(wait_outcome outcome) {
  if (outcome == wait_outcome::interrupted) [[unlikely]]
    throw_interruption();
  return outcome == wait_outcome::granted;
}
template <class GiveBack>
bool end_of_wait(const waiter& w, wait_outcome outcome, GiveBack&& give_back) {
  if (outcome == wait_outcome::interrupted && w.granted && !w.object_gone) [[unlikely]]
    give_back();
  return end_of_wait(outcome);
}
struct nothing_to_do {
  void operator()() const noexcept {}
};
// suspend() and the end of the wait. `give_up`: called first if the wait ends without a grant, unless the object is
// gone; for an object that reckons with those who wait for it.
template <class GiveBack = nothing_to_do, class GiveUp = nothing_to_do>
bool wait_in_line(object& o, waiter& w, diary::wait_reason reason, time_limit limit, GiveBack&& give_back = {},
                  GiveUp&& give_up = {}) {
  const wait_outcome outcome = suspend(o, w, reason, limit);
  if constexpr (!std::is_same_v<std::decay_t<GiveUp>, nothing_to_do>) {
    if (outcome != wait_outcome::granted && !w.granted && !w.object_gone) give_up();
  }
  return end_of_wait(w, outcome, give_back);
}

// For the destructor of an object that hands something over with a wake. A coroutine that was woken and has not run
// since must not give it back when it is cancelled: its waiter gets object_gone. This happens because main's locals are
// destroyed before run() cancels the remaining coroutines, see wait_line. Visits all ready coroutines of this thread.
void forget_grants_of(const object& o) noexcept;
// Makes w's coroutine ready, at the back of its scheduler's ready queue, or unblocks its thread; the outcome is
// granted. Before: the object's lock is locked and w has been removed from its list. Do not use w afterwards.
void wake(const object& o, waiter& w) noexcept;

// True if this is a scheduler's thread and a diary is kept.
bool recording() noexcept;
// How many schedulers of this process keep a diary. While there is none, record() is one predictable branch.
extern std::atomic<std::uint32_t> diaries_kept;
// Records an event about an object. Before: o.lock is locked. `value` may be a function that returns the value; it is
// called only if a diary is kept.
void record_event(diary::event_type type, object& o, std::uint64_t value) noexcept;
template <class V = std::uint64_t>
void record(diary::event_type type, object& o, V value = V()) noexcept {
  if (diaries_kept.load(std::memory_order_relaxed) == 0) [[likely]]
    return;
  if constexpr (std::is_invocable_v<V>) {
    record_event(type, o, value());
  } else {
    record_event(type, o, value);
  }
}

// Identity of the running coroutine, or of the thread outside of one; identifies the owner of a lock. Never null.
const void* current_owner() noexcept;
// Id of the running coroutine, 0 outside of one; its slot in the diary, 0 outside.
std::uint64_t current_id() noexcept;
std::uint64_t current_slot() noexcept;
// The slot of a waiter's coroutine, 0 for a plain thread; used by lock_handed.
std::uint64_t slot_of(const waiter& w) noexcept;
std::uint64_t id_of(const waiter& w) noexcept;
// True inside a coroutine.
bool in_coroutine() noexcept;

}  // namespace weft::detail
