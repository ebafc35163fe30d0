// The common base of queue, lifo_queue, priority_queue and channel: decides who may get, put and wait. Counts items and
// never touches one; the template moves them (basic_queue.hpp).
//
// A wake does not move an item. It promises an item to a getter, or reserves a place for a putter; the operation takes
// effect when the woken coroutine runs. A coroutine that is cancelled in between gives up the promise: the item still
// is at the front, and is promised to the next getter.
//
// Invariants, whenever the lock is free:
//   promised_ <= stored_,  stored_ + reserved_ <= capacity_      (capacity > 0)
//   a getter waits => every item is promised;  a putter waits => every place is taken or reserved
// With capacity 0 (a rendezvous) nothing is stored. The items are those of the waiting putters, in line, and a getter
// wakes the putter whose item it received. A putter that gives up removes its item from the line, so promised_ may
// briefly exceed the number of items; a woken getter that finds none waits again, in its old place.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string_view>

#include "weft/detail/core/suspension.hpp"
#include "weft/detail/sync/wait_line.hpp"

namespace weft {

// The capacity of a queue or channel that never makes a putter wait.
inline constexpr std::size_t unbounded = std::numeric_limits<std::size_t>::max();

// queue::close(discard) drops the items in the queue.
struct discard_t {};
inline constexpr discard_t discard;

}  // namespace weft

namespace weft::detail {

enum class queue_role : std::uint8_t { queue, channel };

enum class queue_answer : std::uint8_t {
  go,         // do the operation now; the lock stays locked until the matching end_...()
  not_now,    // full, empty, or the time limit has passed
  closed,     // for a getter also: and empty
  delivered,  // put with capacity 0: a getter has received the item
};

// An item that try_put() left in a queue of capacity 0 for a waiting getter. It is in the putters' line without a
// putter. The template derives from it to contain the item; `handed` points to the item.
struct kept_item : waiter {
  virtual ~kept_item() = default;
};

class queue_base {
 public:
  queue_base(const queue_base&) = delete;
  queue_base& operator=(const queue_base&) = delete;

  // One wait for an item.
  struct getter : waiter {
    static constexpr std::uint64_t no_place = std::numeric_limits<std::uint64_t>::max();
    explicit getter(std::uint64_t p) : place(p) {}
    std::uint64_t place;  // in the order of all getters that ever waited
  };

  // For a case of a select; g and putter are pieces of its selection. enlist(): true if the waiter is in line; false if
  // the operation can be done at once. Call withdraw() afterwards in either case.
  bool enlist(getter& g) noexcept;
  bool enlist(waiter& putter, void* item) noexcept;
  void withdraw(waiter& w) noexcept;

  // The result of a grant, as from begin_get() and begin_put(): `go` with the lock locked. not_now: the grant is void;
  // the lock is locked after redeem_item() and free after redeem_place().
  queue_answer redeem_item(const getter& g);
  queue_answer redeem_place(const waiter& w);
  void unlock_after_not_now() noexcept { object_.lock.unlock(); }
  // Passes the grant to the next in line.
  void decline_item(const getter& g) noexcept;
  void decline_place(const waiter& w) noexcept;

  // Getting. limit 0 never suspends; throws the wait's interruption. After `go` the item is the store's first one, or
  // *offered() if the capacity is 0, until end_get().
  queue_answer begin_get(detail::time_limit limit) {
    object_.lock.lock();
    return stored_ > promised_ ? queue_answer::go : begin_get_slowly(limit);
  }
  void* offered() const noexcept { return offering_->handed; }
  // taken == false: the item is still there (its move threw).
  void end_get(bool taken) noexcept {
    kept_item* emptied = nullptr;
    if (rendezvous()) {
      emptied = end_handing(taken);
    } else if (taken) {
      --stored_;
      record(queue_get_event, object_, stored_);
    }
    serve_and_unlock();
    delete emptied;  // without the lock, because an item's destructor may do anything
  }

  // Putting. With capacity 0 a getter receives `item`, which must stay in place until begin_put() has returned. After
  // `go` put it into the store; with capacity 0 (only if limit is 0) make a kept_item for end_keep().
  queue_answer begin_put(void* item, detail::time_limit limit) {
    object_.lock.lock();
    return has_place() && !closed_ ? queue_answer::go : begin_put_slowly(item, limit);
  }
  void end_put(bool put) noexcept {
    if (put) {
      ++stored_;
      ++unfinished_;
      record(queue_put_event, object_, stored_);
    }
    serve_and_unlock();
  }
  void end_keep(kept_item* kept) noexcept;  // null: nothing was put (its move threw)

  bool rendezvous() const noexcept { return capacity_ == 0; }
  const object& what() const noexcept { return object_; }
  [[noreturn]] void throw_closed() const;

 protected:
  queue_base(queue_role role, std::size_t capacity, std::string_view name);
  ~queue_base();

  // close(discard): between the two calls the caller removes the stored items.
  void begin_discard() noexcept { object_.lock.lock(); }
  void end_discard() noexcept;

  void close_gently();
  void finish_one();  // task_done()
  bool join_limited(detail::time_limit limit);

  std::size_t count() const;
  bool is_full() const { return count() >= capacity_; }
  bool is_closed() const;
  std::size_t capacity() const noexcept { return capacity_; }

 private:
  // waiter::tag: the result of a wait, or the kind of waiter.
  enum : std::uintptr_t {
    waiting = 0,
    served = 1,   // got a promised item or a reserved place, or its item was received
    refused = 2,  // woken because the queue was closed
    kept = 3,     // a kept_item
    again = 4,    // the grant was void, so its select has to check again
  };

  static const diary::event_type queue_get_event, queue_put_event;  // the diary's numbers are not for programs

  // Call all of these with object_.lock.
  queue_answer begin_get_slowly(detail::time_limit limit);
  queue_answer begin_put_slowly(void* item, detail::time_limit limit);
  kept_item* end_handing(bool taken) noexcept;  // end_get() with capacity 0; what the caller deletes, or null
  void serve_and_unlock() noexcept {
    if (!getters_.empty() || !putters_.empty()) serve();
    object_.lock.unlock();
  }
  static bool can_be_had(const waiter& putter) noexcept;
  bool has_item(const selection* but_not = nullptr) const noexcept;
  bool has_taker(const selection* but_not) const noexcept;
  bool secure_item() noexcept;
  bool secure_taker() noexcept;
  bool has_place() const noexcept { return stored_ + reserved_ < capacity_; }
  std::size_t depth() const noexcept;
  waiter* first_unpromised(const selection* but_not = nullptr) const noexcept;
  void stand_in_line(getter& g) noexcept;
  void serve() noexcept;
  static waiter* claim_first(wait_list& line) noexcept;
  void grant(waiter& w, std::uintptr_t how) noexcept;
  void refuse_unpromised() noexcept;
  void refuse_all(wait_list& waiters) noexcept;
  void finish(std::size_t n) noexcept;

  object object_;
  wait_line getters_;
  wait_line putters_;  // waiter::handed: its item, with capacity 0
  wait_line joiners_;
  waiter* offering_ = nullptr;  // capacity 0: the putter whose item begin_get() found, until end_get()
  waiter* taker_ = nullptr;     // capacity 0: the getter that begin_put() found, until end_keep()
  const std::size_t capacity_;
  std::size_t stored_ = 0;      // items in the template's store
  std::size_t promised_ = 0;    // items promised to woken getters that have not run yet
  std::size_t reserved_ = 0;    // places reserved for woken putters that have not run yet
  std::size_t unfinished_ = 0;  // items put and not yet reported by task_done()
  std::uint64_t gets_ = 0;      // waits of getters so far: gives each its place in line
  bool closed_ = false;
  const queue_role role_;
};

}  // namespace weft::detail
