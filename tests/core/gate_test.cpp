// Somebody outside holds the scheduler between two switches.
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "core/scheduler.hpp"
#include "support/recorded.hpp"
#include "weft/event.hpp"
#include "weft/join_all.hpp"
#include "weft/this_coroutine.hpp"

namespace weft {
namespace {

using namespace std::chrono_literals;
using support::simulation;

// Writes down what it is asked, and lets the test answer.
class test_gate final : public core::gate {
 public:
  explicit test_gate(std::string& log) : log_(log) {}

  void look() noexcept override { ++looks; }
  bool begin_round() noexcept override {
    log_ += '|';
    return ++rounds, on_round ? on_round() : true;
  }
  bool admit() noexcept override { return on_admit ? on_admit() : true; }

  int looks = 0, rounds = 0;
  std::function<bool()> on_round, on_admit;

 private:
  std::string& log_;
};

// What three coroutines that yield do behind a closed gate: a letter for each run.
void abc(test_gate& gate, std::string& log, int times) {
  core::scheduler& s = *core::scheduler::current();
  s.set_gate(&gate, -1);
  s.close_gate();
  sleep_for(1ms);  // now the root has seen it
  log.clear();
  gate.rounds = 0;
  std::vector<task<>> all;
  for (const char name : {'a', 'b', 'c'}) {
    all.push_back(spawn(std::string(1, name), [&log, name, times] {
      for (int i = 0; i < times; ++i) {
        log += name;
        yield();
      }
      log += name;
    }));
  }
  join_all(all);
}

TEST(Gate, AClosedOneLetsOneRunEachRound) {
  simulation s;
  std::string log;
  test_gate gate(log);

  s.run([&] { abc(gate, log, 1); });

  EXPECT_EQ(log, "|a|b|c|a|b|c|");
}

TEST(Gate, OpenedItAsksNoMore) {
  simulation s;
  std::string log;
  test_gate gate(log);
  gate.on_round = [&] {
    if (log != "|a|b|") return true;
    core::scheduler::current()->open_gate();
    return false;
  };

  s.run([&] { abc(gate, log, 1); });

  EXPECT_EQ(log, "|a|b|cabc");
}

TEST(Gate, WhoIsNotAdmittedWaitsForAnotherRound) {
  simulation s;
  std::string log;
  test_gate gate(log);
  int asked = 0;
  gate.on_admit = [&] { return ++asked % 2 == 0; };

  s.run([&] { abc(gate, log, 1); });

  EXPECT_EQ(log, "||a||b||c||a||b||c||");
}

TEST(Gate, StandingChangesNoOrder) {
  const auto order = [](bool closed) {
    simulation s;
    std::string log, rounds;
    test_gate gate(rounds);
    s.run([&] {
      event e;
      if (closed) {
        core::scheduler::current()->set_gate(&gate, -1);
        core::scheduler::current()->close_gate();
      }
      for (const char name : {'a', 'b', 'c', 'd'}) {
        spawn(std::string(1, name), [&log, &e, name] {
          log += name;
          if (name == 'b') e.set();
          yield();
          log += name;
          e.wait();
          sleep_for(1ms * (name - 'a'));
          log += name;
        });
      }
    });
    return log;
  };

  EXPECT_EQ(order(true), order(false));
}

}  // namespace
}  // namespace weft
