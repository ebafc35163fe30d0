// Loops over select() in random programs, kept busy by similar loops at the other ends of a channel and a queue without
// room. A cancellation that is due is delivered at the next select, before that select hands anything over. A time
// limit is delivered at the latest when the timers have been checked some times after it has passed.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>

#include "property/random_context.hpp"
#include "weft/channel.hpp"
#include "weft/queue.hpp"
#include "weft/run.hpp"
#include "weft/select.hpp"
#include "weft/this_coroutine.hpp"
#include "weft/timeout.hpp"

namespace weft::tests {

class random_selects {
 public:
  explicit random_selects(random_context& c) : c_(c) {}

  void op() {
    if (c_.d.chance(40)) {
      limited_loop();
    } else {
      loop(5 + c_.d.below(40), c_.d.below(7), nullptr);
    }
  }
  void close() {
    line_.close();
    room_.close();
  }

  // A shield of the running coroutine, of which the judge knows.
  class shield {
   public:
    explicit shield(random_selects& s) : depth_(s.shields_[this_coroutine::id()]) { ++depth_; }
    ~shield() { --depth_; }
    shield(const shield&) = delete;
    shield& operator=(const shield&) = delete;

   private:
    unsigned& depth_;
    const cancel_shield shield_;
  };

 private:
  // More switches than a scheduler needs that checks its timers every 64 switches.
  static constexpr std::uint64_t patience_in_switches = 200;

  void limited_loop() {
    const auto time = c_.d.some_time();
    const std::int64_t end_ns = c_.now_ns() + time.count();
    timeout_scope limit(time);
    loop(100 + c_.d.below(500), c_.d.below(7), &end_ns);
  }

  // `end_ns`: a scope around the loop runs out then.
  void loop(unsigned rounds, unsigned how, const std::int64_t* end_ns) {
    const std::uint64_t me = this_coroutine::id();
    std::uint64_t passed_at = 0;  // the number of switches when the scope had run out
    for (unsigned i = 0; i < rounds; ++i) {
      if (++selects_ > select_limit) return;
      const bool free = shields_[me] == 0;
      const bool due = free && this_coroutine::cancel_requested();
      if (end_ns != nullptr) c_.work(std::chrono::microseconds(1));
      one(how);
      c_.expect(!due, "a select handed something over to a coroutine that was cancelled");
      if (end_ns == nullptr || !free || c_.now_ns() < *end_ns || !c_.ingredients.timely) continue;
      const std::uint64_t switches = stats().switches;
      if (passed_at == 0) passed_at = switches;
      c_.expect(switches - passed_at < patience_in_switches, "a loop over select outlived its time limit");
    }
  }

  void one(unsigned how) {
    const auto get = [](std::optional<int>) {};
    const auto nothing = [] {};
    switch (how) {
      case 0:
        select(on_send(line_, 1, nothing));
        break;
      case 1:
        select(on_receive(line_, get));
        break;
      case 2:
        select(on_send(line_, 1, nothing), on_receive(line_, get));
        break;
      case 3:
        select(on_send(line_, 1, nothing), on_receive(line_, get), after(c_.d.some_time(), nothing));
        break;
      case 4:
        select(on_send(room_, 1, nothing), on_receive(line_, get));
        break;
      case 5:
        select(on_receive(room_, get), on_send(line_, 1, nothing), after(c_.d.some_time(), nothing));
        break;
      default:
        c_.d.chance(50) ? select(on_send(line_, 1, nothing), otherwise(nothing))
                        : select(on_receive(line_, get), otherwise(nothing));
    }
  }

  // Limits the length of a program.
  static constexpr unsigned select_limit = 4000;

  random_context& c_;
  channel<int> line_{0};
  queue<int> room_{0};
  unsigned selects_ = 0;
  std::map<std::uint64_t, unsigned> shields_;  // by coroutine; stable addresses
};

}  // namespace weft::tests
