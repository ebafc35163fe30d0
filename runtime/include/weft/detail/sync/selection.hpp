// One coroutine or thread waits for several things at once, and exactly one of them happens. It stands in the line of
// each object with a waiter of its own, whose part_of is the selection. Not for programs.
//
// The protocol: whoever wants to grant such a waiter something first claims the selection, while the object's lock is
// held. Only one claim succeeds. The winner hands over as usual, still under that lock, and calls wake(); a loser
// treats the waiter as if it did not stand there. The one who selects is woken once, leaves all the other lines, and
// touches the claimed object only under its lock, so it finds the hand-over complete.
// Order of locks: the object's first, then the selection's; never two objects.
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
  // `like`: what the diary says it waits for; null: just a select.
  explicit selection(const object* like);
  selection(const selection&) = delete;
  selection& operator=(const selection&) = delete;

  // -- for whoever grants; before: the lock of the object in whose line w stood is held
  // True: w may be granted, by the caller alone.
  bool claim(waiter& w) noexcept;
  // After a claim and the hand-over.
  void wake(const object& o) noexcept;
  // A look: nothing has been claimed yet.
  bool open() const noexcept { return claimed_.load(std::memory_order_acquire) == nullptr; }

  // -- for the one who selects
  // Suspends until something was claimed.
  wait_outcome sleep(detail::time_limit limit);
  // Ends it: what was claimed, or null, and then nothing can be any more.
  waiter* close() noexcept;
  // After close(): it was claimed by another thread, which may still hold the object's lock. (If not, the object may be
  // gone by now.)
  bool claimed_elsewhere() const noexcept { return elsewhere_; }

 protected:
  ~selection() = default;

 private:
  object object_;
  const core::scheduler* const home_;  // of the one who selects; null: a plain thread
  bool elsewhere_ = false;
  wait_list line_;             // of the one who selects
  waiter* sleeper_ = nullptr;  // that stands there, or was claimed out of it; guarded by object_.lock
  std::atomic<waiter*> claimed_{nullptr};
};

// True if w may be granted something: it is a wait of its own, or its selection was claimed just now.
// Before: the lock of the object in whose line w stood is held.
inline bool claim(waiter& w) noexcept { return w.part_of == nullptr || w.part_of->claim(w); }
// wake(), or the selection's.
inline void wake_claimed(const object& o, waiter& w) noexcept {
  if (w.part_of == nullptr) {
    wake(o, w);
  } else {
    w.part_of->wake(o);
  }
}

}  // namespace weft::detail
