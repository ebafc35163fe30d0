// When the root has its turn while coroutines are ready: after so many switches at most, to look at the poller, the
// timers and the inbox. In between somebody looks now and then whether there is something for it.
#pragma once

#include <algorithm>

#include "core/look_pace.hpp"

namespace weft::core {

class rounds {
 public:
  static constexpr unsigned every = 64;

  // The root has had its turn.
  void begin() noexcept {
    rest_ = every;
    count_to_next_look();
  }
  void count_to_next_look() noexcept {
    countdown_ = std::min(pace_.every(), rest_);
    rest_ -= countdown_;
  }
  // At every switch. True: it is time to look.
  bool step() noexcept { return --countdown_ == 0; }
  bool next_step_looks() const noexcept { return countdown_ == 1; }
  void look_at_next_step() noexcept { countdown_ = 1; }

  // It is time to look, and nobody has counted further since.
  bool at_look() const noexcept { return countdown_ == 0; }
  // At a look: it is the root's turn.
  bool over() const noexcept { return rest_ == 0; }
  look_pace& pace() noexcept { return pace_; }

 private:
  unsigned countdown_ = 1;  // switches until the next look
  unsigned rest_ = 0;       // and from there until the root's turn
  look_pace pace_;
};

}  // namespace weft::core
