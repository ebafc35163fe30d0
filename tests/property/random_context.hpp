// Shared by all of a random program: the dice, the time, and the list of broken promises.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include "core/clock.hpp"
#include "support/fake_clock.hpp"
#include "support/fake_poller.hpp"

namespace weft::tests {

// Random numbers that a seed reproduces.
class dice {
 public:
  explicit dice(std::uint64_t seed) : state_(seed) {}

  std::uint64_t next() {  // splitmix64
    state_ += 0x9e3779b97f4a7c15u;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
  }
  unsigned below(unsigned n) { return static_cast<unsigned>(next() % n); }
  bool chance(unsigned percent) { return below(100) < percent; }
  std::chrono::nanoseconds some_time() { return std::chrono::microseconds(below(5) * 10); }
  // For waits for descriptors: long enough that other coroutines come and close them.
  std::chrono::nanoseconds longer_time() { return std::chrono::microseconds(below(8) * 20); }
  template <class T>
  T& one_of(std::vector<T>& v) {
    return v[below(static_cast<unsigned>(v.size()))];
  }

 private:
  std::uint64_t state_;
};

// What a program consists of, besides its seed. The same seed with other ingredients makes another program.
struct random_ingredients {
  bool handles = false;  // sockets, pipes and raw fds of this machine; else only numbers of the fake poller
  bool closing = false;  // handles are closed, destroyed, moved and assigned to while a coroutine waits for them
  bool passing = false;  // temporary errors and hang-ups
  bool forks = false;
  bool points = true;     // waits until time points, for which a program reads the clock
  bool selects = true;    // loops over select()
  bool in_order = false;  // no shuffled ready queue: the ready queue is FIFO
  bool timely = false;    // no replay, in which the recorded order counts more than the clock
};

struct random_context {
  random_context(std::uint64_t seed, support::fake_poller& p, random_ingredients i)
      : d(seed), numbers(p), ingredients(i) {}

  dice d;
  support::fake_poller& numbers;
  random_ingredients ingredients;
  support::fake_clock* virtual_clock = nullptr;  // null: the machine's clock counts
  std::map<std::string, unsigned> broken;        // broken promises, in words, and how often

  void expect(bool kept, const char* promise) {
    if (!kept) ++broken[promise];
  }

  std::int64_t now_ns() {
    return virtual_clock != nullptr ? virtual_clock->now_ns() : core::monotonic_clock().now_ns();
  }
  // One of few points, so that several coroutines get the same one; some have passed.
  std::chrono::steady_clock::time_point some_point() {
    constexpr std::int64_t grid = 20'000;
    const std::int64_t at = now_ns() / grid * grid + static_cast<std::int64_t>(d.below(5)) * grid;
    return std::chrono::steady_clock::time_point(std::chrono::nanoseconds(at));
  }
  bool has_come(std::chrono::steady_clock::time_point t) { return now_ns() >= t.time_since_epoch().count(); }
  // The program computes: time passes while no coroutine waits.
  void work(std::chrono::nanoseconds time) {
    if (virtual_clock != nullptr) virtual_clock->advance(time);
  }
};

// The error of a task.
struct boom : std::runtime_error {
  boom() : std::runtime_error("boom") {}
};

}  // namespace weft::tests
