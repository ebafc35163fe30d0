// One scheduler's side of a gate: when to ask it whether somebody has come, and whether its rounds have to ask it.
#pragma once

#include <cstdint>

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
  // Is it time to look? Rarely enough to be for nothing, and often enough that nobody has to wait long: 50 times a
  // second. Asked whenever the scheduler has read the clock anyway.
  bool is_due(std::int64_t now_ns) const noexcept { return gate_ != nullptr && now_ns - looked_ns_ >= look_every_ns; }
  // For a round that does not ask the poller.
  void look_if_due(std::int64_t now_ns) noexcept {
    if (!is_due(now_ns)) return;
    looked_ns_ = now_ns;
    gate_->look();
  }

 private:
  static constexpr std::int64_t look_every_ns = 20'000'000;

  gate* gate_ = nullptr;
  bool closed_ = false;
  std::int64_t looked_ns_ = INT64_MIN / 2;  // long ago
};

}  // namespace weft::core
