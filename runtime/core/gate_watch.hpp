// One scheduler's side of a gate: when to ask it whether somebody has come, and whether its rounds have to ask it.
#pragma once

#include <algorithm>
#include <cstdint>

#include "core/clock.hpp"
#include "core/gate.hpp"

namespace weft::core {

class gate_watch {
 public:
  // From now on asks `g`; null: nobody.
  void set(gate* g) noexcept {
    gate_ = g;
    closed_ = false;
  }
  // From now on every round of the root asks the gate, or no more.
  void close() noexcept { closed_ = gate_ != nullptr; }
  void open() noexcept { closed_ = false; }
  bool closed() const noexcept { return closed_; }

  // While it is closed; see gate.
  bool begin_round() noexcept { return gate_->begin_round(); }
  bool admit() noexcept { return gate_->admit(); }

  // Somebody has knocked.
  void look() noexcept {
    if (gate_ != nullptr) gate_->look();
  }
  // For a round that does not ask the poller. Rarely enough to be for nothing, and often enough that nobody has to wait
  // long: 50 times a second, or as often as the root gets to run. How many rounds that are is learnt; only a look costs
  // more than reading the clock.
  void look_now_and_then(clock& time) noexcept {
    if (gate_ != nullptr && --rounds_to_look_ == 0) look_if_due(time.now_ns());
  }

 private:
  void look_if_due(std::int64_t now_ns) noexcept {
    constexpr std::int64_t look_every_ns = 20'000'000;
    constexpr unsigned most_rounds = 64;
    const std::int64_t passed = now_ns - looked_ns_;
    if (passed < look_every_ns) {
      rounds_a_look_ = std::min(rounds_a_look_ * 2, most_rounds);
    } else {
      if (passed > 2 * look_every_ns) rounds_a_look_ = 1;
      looked_ns_ = now_ns;
      gate_->look();
    }
    rounds_to_look_ = rounds_a_look_;
  }

  gate* gate_ = nullptr;
  bool closed_ = false;
  unsigned rounds_to_look_ = 2, rounds_a_look_ = 1;  // of the root while nobody asks the poller
  std::int64_t looked_ns_ = 0;
};

}  // namespace weft::core
