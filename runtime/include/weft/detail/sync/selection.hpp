// Lets one coroutine or thread wait for several objects at once; exactly one of the waits succeeds. Each object's list
// contains a waiter of the selection; its part_of is the selection. Not for programs.
//
// The protocol: before granting anything to such a waiter, a thread claims the selection, with the object's lock
// locked. Only one claim succeeds. The winner hands over as usual, still under that lock, and calls wake(); a loser
// treats the waiter as absent. The selecting coroutine is woken once and leaves all other lists. It uses the claimed
// object only under the object's lock, so the hand-over is complete by then.
// Lock order: the object's lock first, then the selection's; never the locks of two objects.
#pragma once

#include <atomic>
#include <cstdint>

#include "weft/detail/core/suspension.hpp"

namespace weft::core {
class scheduler;
}

namespace weft::detail {

class selection : public held_places {
 public:
  // `like`: the object that the diary names for the wait; null: "select".
  explicit selection(const object* like);
  selection(const selection&) = delete;
  selection& operator=(const selection&) = delete;

  // -- for the granting thread, which must have locked the object in whose list `w` is or was
  // True: the caller, and no other thread, may grant `w`.
  bool claim(waiter& w) noexcept;
  // Call after a claim and the hand-over.
  void wake(const object& o) noexcept;
  // Nothing has been claimed yet.
  bool open() const noexcept { return claimed_.load(std::memory_order_acquire) == nullptr; }

  // -- for the selecting coroutine or thread
  // Suspends until something is claimed.
  wait_outcome sleep(detail::time_limit limit);
  // Ends the selection. Returns the claimed waiter; null: nothing was claimed, and nothing can be any more.
  waiter* close() noexcept;
  // After close(): another thread made the claim and may still have the object's lock. If false, the object may not
  // exist any more.
  bool claimed_elsewhere() const noexcept { return elsewhere_; }

 protected:
  ~selection() = default;

 private:
  object object_;
  const core::scheduler* const home_;  // of the selecting coroutine; null: a plain thread
  bool elsewhere_ = false;
  wait_list line_;             // of the selecting coroutine
  waiter* sleeper_ = nullptr;  // in line_, or claimed out of it; guarded by object_.lock
  std::atomic<waiter*> claimed_{nullptr};
};

// True if `w` may be granted something: it is no piece of a selection, or its selection was claimed by this call. Call
// with the lock of the object in whose list `w` is or was.
inline bool claim(waiter& w) noexcept { return w.part_of == nullptr || w.part_of->claim(w); }
// detail::wake(), or the wake() of the waiter's selection.
inline void wake_claimed(const object& o, waiter& w) noexcept {
  if (w.part_of == nullptr) {
    wake(o, w);
  } else {
    w.part_of->wake(o);
  }
}

}  // namespace weft::detail
