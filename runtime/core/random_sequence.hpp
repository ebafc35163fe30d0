// Seeded numbers that look random: splitmix64 (Steele, Lea, Flood 2014). Full period, and every seed is a good one.
#pragma once

#include <cstdint>

namespace weft::core {

class random_sequence {
 public:
  random_sequence() = default;
  explicit random_sequence(std::uint64_t seed) noexcept : state_(seed) {}
  std::uint64_t next() noexcept {
    state_ += 0x9e3779b97f4a7c15u;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
  }

 private:
  std::uint64_t state_ = 0;
};

}  // namespace weft::core
