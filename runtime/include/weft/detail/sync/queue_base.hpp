// What queue, lifo_queue, priority_queue and channel share: who may take, who may put, who waits. It counts items and
// never touches one; moving them is the template's work (basic_queue.hpp).
//
// Waking somebody does not move an item. It promises an item to a getter, or reserves a place for a putter, and the
// operation takes effect when the woken one runs. Whoever is cancelled in between gives up the promise: the item is
// still where it was, at the front, and is promised to the next in line.
//
// Laws, whenever the lock is free:
//   promised_ <= stored_,  stored_ + reserved_ <= capacity_      (capacity > 0)
//   a getter waits => every item is promised;  a putter waits => every place is taken or reserved
// With capacity 0 nothing is stored: the items are those that the waiting putters hold, in line, and a taker wakes the
// putter whose item it took. A putter that gives up takes its item out of the line, so there promised_ may exceed the
// items for a moment; a woken getter that finds none waits again, in its old place.
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

// queue::close(discard): what is still inside is dropped.
struct discard_t {};
inline constexpr discard_t discard;

}  // namespace weft

namespace weft::detail {

enum class queue_role : std::uint8_t { queue, channel };

enum class queue_answer : std::uint8_t {
  go,         // the operation may be done now; the lock is held until the matching end_...()
  not_now,    // full, empty, or the time ran out
  closed,     // and, for a getter, nothing is left
  delivered,  // put with capacity 0: the item was taken
};

// An item that try_put() left in a queue of capacity 0, where a getter waited for it: it stands in the putters' line
// for nobody. The template derives from it to hold the item; handed points there.
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
    std::uint64_t place;  // in the line of all getters that ever waited
  };

  // As a case of a select; g and putter are parts of its selection. enlist(): stands in line; false, and it does not:
  // the operation can be done at once. Afterwards withdraw(), whatever has happened.
  bool enlist(getter& g) noexcept;
  bool enlist(waiter& putter, void* item) noexcept;
  void withdraw(waiter& w) noexcept;

  // What was granted to a waiter, as begin_get() and begin_put() say it: `go` with the lock held. not_now: nothing came
  // of it; the lock is held after redeem_item() and free after redeem_place().
  queue_answer redeem_item(const getter& g);
  queue_answer redeem_place(const waiter& w);
  void unlock_after_not_now() noexcept { object_.lock.unlock(); }
  // It goes to the next in line instead.
  void decline_item(const getter& g) noexcept;
  void decline_place(const waiter& w) noexcept;

  // Getting. limit 0 never suspends; throws what interrupts the wait. After `go` the item is the store's first one,
  // or *offered() if the capacity is 0, until end_get().
  queue_answer begin_get(detail::time_limit limit) {
    object_.lock.lock();
    return stored_ > promised_ ? queue_answer::go : begin_get_slowly(limit);
  }
  void* offered() const noexcept { return offering_->handed; }
  // taken false: it is still there (its move threw).
  void end_get(bool taken) noexcept {
    kept_item* emptied = nullptr;
    if (rendezvous()) {
      emptied = end_handing(taken);
    } else if (taken) {
      --stored_;
      record(queue_get_event, object_, stored_);
    }
    serve_and_unlock();
    delete emptied;  // an item's destructor may do anything, so not under the lock
  }

  // Putting. `item` is what a taker takes with capacity 0: it stays in place until begin_put() has returned. After `go`
  // put it into the store; with capacity 0 (only if limit is 0) make a kept_item for end_keep().
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

  // close(discard): between the two the caller takes out what is stored.
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
  // waiter::tag: what became of a waiter, or what it is.
  enum : std::uintptr_t {
    waiting = 0,
    served = 1,   // an item was promised to it, a place reserved for it, or its item taken
    refused = 2,  // woken because the queue was closed
    kept = 3,     // a kept_item
    again = 4,    // nothing came of the grant, so its select has to look again
  };

  static const diary::event_type queue_get_event, queue_put_event;  // the diary's numbers are not for programs

  // Before, all of these: object_.lock is held.
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
  waiter* offering_ = nullptr;  // capacity 0: whose item begin_get() has found, until end_get()
  waiter* taker_ = nullptr;     // capacity 0: who gets what begin_put() lets in, until end_keep()
  const std::size_t capacity_;
  std::size_t stored_ = 0;      // items in the template's store
  std::size_t promised_ = 0;    // items that belong to woken getters which have not run yet
  std::size_t reserved_ = 0;    // places that belong to woken putters which have not run yet
  std::size_t unfinished_ = 0;  // items put and not yet reported by task_done()
  std::uint64_t gets_ = 0;      // waiting getters so far: gives each its place in line
  bool closed_ = false;
  const queue_role role_;
};

}  // namespace weft::detail
