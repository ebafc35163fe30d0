// The scheduler is paused from outside between two switches.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
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

// Records its calls, and lets the test answer.
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

// Logs the runs of three yielding coroutines at a closed gate, one letter per run.
void abc(test_gate& gate, std::string& log, int times) {
  core::scheduler& s = *core::scheduler::current();
  s.set_gate(&gate, -1);
  s.close_gate();
  sleep_for(1ms);  // now the root has noticed it
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

// How often the gate is checked while two coroutines yield for a second, if each run takes this long.
int looks_a_second(std::chrono::nanoseconds a_run) {
  simulation s;
  std::string log;
  test_gate gate(log);
  s.run([&] {
    core::scheduler::current()->set_gate(&gate, -1);
    const auto loop = [&] {
      for (std::chrono::nanoseconds passed{0}; passed < 500ms; passed += a_run) {
        s.clock.advance(a_run);
        yield();
      }
    };
    const task<> other = spawn("other", loop);
    loop();
    other.join();
  });
  return gate.looks;
}

TEST(Gate, ABusySchedulerLooksAboutFiftyTimesASecondHoweverLongItsRunsTake) {
  EXPECT_THAT(looks_a_second(1us), testing::AllOf(testing::Ge(40), testing::Le(51)));
  EXPECT_THAT(looks_a_second(50us), testing::AllOf(testing::Ge(30), testing::Le(51)));
}

TEST(Gate, ASlowOneLooksAsOften) { EXPECT_THAT(looks_a_second(2ms), testing::AllOf(testing::Ge(30), testing::Le(51))); }

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
