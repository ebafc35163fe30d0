// How everything that coroutines and threads wait for is built: an object with a lock, a name and waiter lists; a
// waiter on the stack of whoever waits; one function that suspends and one that wakes. Not for programs: the public
// classes use it.
//
// The rules (each waiting operation follows them):
//  1. Lock the object. If the operation can be done at once, do it and unlock: that is no suspension.
//  2. Else make a `waiter`, put it into one of the object's lists, call suspend(): it unlocks and returns when woken.
//  3. granted: the waker took the waiter out of its list, did the hand-over under the lock, and called wake().
//     timed_out: the waiter was taken out of its list by its time limit, nothing was handed over.
//     interrupted: cancelled. If waiter.granted is set something was handed over all the same: lock the object, pass it
//     to the next waiter or back to the front, unlock. Then call throw_interruption().
//  A time limit loses against a grant that came first; a cancellation does not.
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

// Guards an object for a few instructions. Never held over a suspension.
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

// Places in the lines of objects that a coroutine holds while it sleeps for a select, reached by the sleeper's
// waiter::handed. A scheduler that ends with the coroutine alive gives them up in its place.
class held_places {
 public:
  // The coroutine never runs again and its stack goes: leaves all the lines.
  virtual void give_up() noexcept = 0;

 protected:
  ~held_places() = default;
};

// One wait of one coroutine or plain thread; lives on its stack from before suspend() until after it.
// All fields but `who` are guarded by the object's lock.
struct waiter {
  waiter();  // of the running coroutine, or of this thread
  waiter(const waiter&) = delete;
  waiter& operator=(const waiter&) = delete;

  waiter* next = nullptr;
  waiter* previous = nullptr;
  wait_list* list = nullptr;              // the list it stands in; null: not in one
  core::coroutine* coroutine = nullptr;   // who waits; null: a plain thread
  core::thread_parker* thread = nullptr;  // of a plain thread
  void* handed = nullptr;                 // for the object: where to put, or take, what is handed over
  std::uintptr_t tag = 0;                 // for the object: which of several kinds of wait this is
  selection* part_of = nullptr;           // one of several waits of which exactly one may be granted: see selection.hpp
  bool granted = false;                   // set by wake()
  bool object_gone = false;               // its destructor says so, on the thread of who waits
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
  void remove(waiter& w) noexcept;    // w stands in this list
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

// The base of everything that is waited for. Its number and name appear in the diary and in deadlock_error.
class object {
 public:
  object(diary::object_kind kind, std::string_view name);
  // One that stands for `other` in the diary and in reports: its number, kind, name and owner, but a lock of its own.
  struct stand_in {
    const object& other;
  };
  explicit object(stand_in s);
  object(const object&) = delete;
  object& operator=(const object&) = delete;
  ~object();

  diary::object_kind kind() const noexcept { return kind_; }
  std::string_view name() const noexcept { return name_ ? std::string_view(name_.get()) : std::string_view(); }
  // Unique in the process, given at the first use; the number in the diary.
  std::uint64_t id() const noexcept {
    const std::uint64_t mine = id_.load(std::memory_order_relaxed);
    return mine != 0 ? mine : new_id();
  }

  // Small fields stand together, here and in what derives from it: there may be a million tasks.
 private:
  diary::object_kind kind_;

 public:
  mutable spinlock lock;
  // The diary has said something of it that checkpoints repeat, now or once; guarded by `lock`.
  bool noted = false;
  // The owner's slot in the diary, as far as lock events were recorded; guarded by `lock`.
  std::uint32_t owner_slot = 0;
  // Id of the coroutine that owns it (a held lock), 0: nobody or a plain thread. Written under `lock`.
  std::atomic<std::uint64_t> owner{0};

 private:
  std::uint64_t new_id() const noexcept;

  mutable std::atomic<std::uint64_t> id_{0};
  std::unique_ptr<char[]> name_;
};

enum class wait_outcome : std::uint8_t { granted, timed_out, interrupted };

// Suspends the running coroutine (blocks a plain thread) until wake(w), the time limit or a cancellation.
// Before: o.lock is held and w stands in one of o's lists. After: o.lock is free, w stands in no list.
wait_outcome suspend(object& o, waiter& w, diary::wait_reason reason, time_limit limit = forever);
// In the destructor of an object that hands something over with a wake: whoever was woken and has not run since must
// not give it back when cancelled. Its waiter says so: object_gone. As with wait_line, main's locals go before run()
// cancels the coroutines that are left over. Looks at all that are ready on this thread.
void forget_grants_of(const object& o) noexcept;
// Makes w's coroutine ready (at the back of its scheduler's ready queue) or unblocks its thread, outcome granted.
// Before: the object's lock is held and w was taken out of its list. w must not be touched afterwards.
void wake(const object& o, waiter& w) noexcept;
// Throws what interrupted the running coroutine's wait: cancelled, or the exception of throw_in.
[[noreturn]] void throw_interruption();

// Puts an event about an object into the diary, if one is kept and this is a scheduler's thread.
bool recording() noexcept;
// How many schedulers of this process keep a diary. While none does, record() is one predictable branch.
extern std::atomic<std::uint32_t> diaries_kept;
// Before: o.lock is held. `value` may be a function that finds it out, which is only called if it is needed.
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

// Identity of the running coroutine, or of the thread outside of one: what owns a lock. Never null.
const void* current_owner() noexcept;
// Id of the running coroutine, 0 outside of one; its slot in the diary, 0 outside.
std::uint64_t current_id() noexcept;
std::uint64_t current_slot() noexcept;
// The slot of a waiter's coroutine, 0 for a plain thread. For lock_handed.
std::uint64_t slot_of(const waiter& w) noexcept;
std::uint64_t id_of(const waiter& w) noexcept;
// True inside a coroutine.
bool in_coroutine() noexcept;

}  // namespace weft::detail
