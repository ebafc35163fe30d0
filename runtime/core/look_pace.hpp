// How often a scheduler looks at timers and descriptors while coroutines are ready: in switches, because reading the
// clock at each would cost more than the switch. The count follows how long it takes, which the looks measure: it grows
// while a count's worth of switches stays far below the target and begins anew when one takes longer.
#pragma once

#include <cstdint>

namespace weft::core {

class look_pace {
 public:
  static constexpr unsigned most = 64;
  static constexpr std::int64_t target_ns = 1'000'000;

  // Switches until the next look.
  unsigned every() const noexcept { return every_; }
  std::int64_t looked_ns() const noexcept { return looked_ns_; }

  // Does this look have to read the clock? With nothing to be late for and switches far quicker than need be, only each
  // eighth does.
  bool wants_clock(bool something_waits) noexcept {
    if (something_waits || !quick_ || unmeasured_ == 7) return true;
    ++unmeasured_;
    return false;
  }
  // A look after every() switches. True: it comes late.
  bool looked(std::int64_t now_ns) noexcept {
    const std::int64_t passed = now_ns - looked_ns_;
    const bool late = passed > target_ns;
    quick_ = !late && every_ == most && passed <= (target_ns / 16) * (unmeasured_ + 1);
    if (late) {
      every_ = 1;
    } else if (passed <= target_ns / 2 && every_ < most) {
      every_ *= 2;
    }
    rested(now_ns);
    return late;
  }
  // The thread slept until now, or begins: what was before says nothing.
  void rested(std::int64_t now_ns) noexcept {
    looked_ns_ = now_ns;
    unmeasured_ = 0;
  }
  bool overdue(std::int64_t now_ns) const noexcept { return now_ns - looked_ns_ > target_ns; }

 private:
  unsigned every_ = 1;
  int unmeasured_ = 0;  // looks since the last that read the clock
  bool quick_ = false;
  std::int64_t looked_ns_ = 0;
};

}  // namespace weft::core
