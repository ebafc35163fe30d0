// co_task in the diary: the same events in the same order as for coroutines with a stack; no rule is broken.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

#include "support/recorded.hpp"
#include "weft/co_task.hpp"
#include "weft/io.hpp"
#include "weft/this_coroutine.hpp"
#include "weft/timeout.hpp"

namespace weft {
namespace {

using namespace std::chrono_literals;
using support::decisions;
using support::simulation;

std::string broken_rules(const diary::history& h) {
  std::string text;
  for (const diary::violation& v : h.violations()) text += std::to_string(v.event) + ": " + v.text + "\n";
  return text;
}

class CoTaskDiary : public testing::Test {
 protected:
  simulation sim;
};

TEST_F(CoTaskDiary, YieldsAreFifoAmongStackfulAndStackless) {
  const diary::history h = support::record(sim, [] {
    const auto twice = []() -> co_task<> {
      co_await yielded();
      co_await yielded();
    };
    const task<> a = spawn("a", twice());
    const task<> b = spawn("b", [] {
      yield();
      yield();
    });
    const task<> c = spawn("c", twice());
    a.join();
    b.join();
    c.join();
  });
  EXPECT_EQ(decisions(h), R"(
nobody: spawn main
nobody: enter -> main
main: spawn a
main: spawn b
main: spawn c
main: block join -> a
a: yield -> b
b: yield -> c
c: yield -> a
a: yield -> b
b: yield -> c
c: yield -> a
a: wake main granted
a: finish done -> b
b: finish done -> c
c: finish done -> main
main: finish done -> nobody
)");
  EXPECT_EQ(broken_rules(h), "");
}

TEST_F(CoTaskDiary, TellsTheSameStoryAsWithStacks) {
  sim.poller.make_readable(5);
  const diary::history stackless = support::record(sim, [] {
    const task<int> worker = spawn("worker", []() -> co_task<int> {
      co_await sleep(2ms);
      co_await readable(5);
      co_await yielded();
      co_return 1;
    });
    const task<> reader = spawn("reader", [worker]() -> co_task<> { co_await worker; });
    const task<> sleeper = spawn("sleeper", []() -> co_task<> { co_await sleep(1h); });
    const task<> late = spawn_after(1ms, "late", []() -> co_task<> {
      try {
        co_await sleep(1h);
      } catch (const cancelled&) {
      }
      throw std::runtime_error("failed");
    });
    const task<> unborn = spawn("unborn", []() -> co_task<> { co_return; });
    unborn.cancel();
    sleep_for(3ms);
    sleeper.kill();
    late.kill();
    reader.join();
    EXPECT_NE(late.exception(), nullptr);
    spawn("left over", []() -> co_task<> {
      timeout_scope limit(1ms);
      try {
        co_await sleep(1h);
      } catch (const timeout_error&) {
      }
      co_await sleep(1h);
    });
    sleep_for(2ms);
  });
  simulation other;
  other.poller.make_readable(5);
  const diary::history stackful = support::record(other, [] {
    const task<int> worker = spawn("worker", [] {
      sleep_for(2ms);
      wait_readable(5);
      yield();
      return 1;
    });
    const task<> reader = spawn("reader", [worker] { worker.get(); });
    const task<> sleeper = spawn("sleeper", [] { sleep_for(1h); });
    const task<> late = spawn_after(1ms, "late", [] {
      try {
        sleep_for(1h);
      } catch (const cancelled&) {
      }
      throw std::runtime_error("failed");
    });
    const task<> unborn = spawn("unborn", [] {});
    unborn.cancel();
    sleep_for(3ms);
    sleeper.kill();
    late.kill();
    reader.join();
    EXPECT_NE(late.exception(), nullptr);
    spawn("left over", [] {
      timeout_scope limit(1ms);
      try {
        sleep_for(1h);
      } catch (const timeout_error&) {
      }
      sleep_for(1h);
    });
    sleep_for(2ms);
  });
  EXPECT_EQ(decisions(stackless), decisions(stackful));
  EXPECT_EQ(broken_rules(stackless), "");
}

TEST_F(CoTaskDiary, AwaitedInACoroutineItsWaitsAreThatCoroutines) {
  const diary::history h = support::record(sim, [] {
    const auto body = []() -> co_task<> {
      co_await sleep(1ms);
      co_await spawn("inner", []() -> co_task<> { co_await yielded(); });
    };
    await(body());
  });
  EXPECT_EQ(decisions(h), R"(
nobody: spawn main
nobody: enter -> main
main: sleep 1000000 -> nobody
nobody: wake main timer granted
nobody: enter -> main
main: spawn inner
main: block join -> inner
inner: yield -> inner
inner: wake main granted
inner: finish done -> main
main: finish done -> nobody
)");
  EXPECT_EQ(broken_rules(h), "");
}

TEST_F(CoTaskDiary, MoreSwitchesThanBetweenTwoLooksAtEvents) {
  const diary::history h = support::record(sim, [] {
    const auto often = []() -> co_task<> {
      for (int i = 0; i < 200; ++i) co_await yielded();
    };
    const task<> a = spawn("a", often());
    const task<> b = spawn("b", often());
    const task<> c = spawn("c", [] {
      for (int i = 0; i < 200; ++i) yield();
    });
    a.join();
    b.join();
    c.join();
  });
  EXPECT_EQ(broken_rules(h), "");
}

TEST_F(CoTaskDiary, ARecordingThatBeginsInTheMiddleKnowsThem) {
  const support::temporary_trace file;
  sim.run([&] {
    const task<> done = spawn([] { sleep_for(10ms); });
    const task<> waits = spawn("waits", [done]() -> co_task<> { co_await done; });
    const task<> ready = spawn("ready", []() -> co_task<> {
      for (int i = 0; i < 3; ++i) co_await yielded();
    });
    yield();
    spawn("starter", [&]() -> co_task<> {
      trace::start({.path = file.path()});
      co_await sleep(1ms);
    }).join();
    waits.join();
    ready.join();
    trace::stop();
  });
  const diary::history h(diary::reader::open(file.path()));
  EXPECT_EQ(broken_rules(h), "");
}

// Random programs: the rules hold for every mixture, and the same seed gives the same story.
class CoTaskShuffled : public testing::TestWithParam<std::uint64_t> {};
INSTANTIATE_TEST_SUITE_P(Seeds, CoTaskShuffled, testing::Range<std::uint64_t>(1, 9));

std::string random_program(std::uint64_t seed) {
  simulation sim;
  const diary::history h =
      support::record(sim,
                      [seed] {
                        std::uint64_t state = seed * 0x9e3779b97f4a7c15u;
                        const auto random = [&state](std::uint64_t n) {
                          state ^= state << 13;
                          state ^= state >> 7;
                          state ^= state << 17;
                          return state % n;
                        };
                        std::vector<task<>> all;
                        struct programs {
                          static co_task<> step(std::uint64_t what, task<> other) {
                            switch (what % 5) {
                              case 0:
                                co_await sleep(std::chrono::microseconds(what % 977));
                                break;
                              case 1:
                                co_await yielded();
                                break;
                              case 2:
                                if (other) co_await other;
                                break;
                              case 3:
                                if (what % 3 == 0) throw std::runtime_error("random");
                                break;
                              default: {
                                timeout_scope limit(std::chrono::microseconds(what % 500));
                                co_await sleep(std::chrono::microseconds(what % 700));
                              }
                            }
                          }
                          static co_task<> body(std::vector<std::uint64_t> steps, std::vector<task<>> others) {
                            for (const std::uint64_t s : steps) {
                              const task<> other = others.empty() ? task<>() : others[s % others.size()];
                              co_await step(s, other);
                            }
                          }
                        };
                        for (int i = 0; i < 40; ++i) {
                          std::vector<std::uint64_t> steps;
                          for (std::uint64_t n = random(8); n > 0; --n) steps.push_back(random(10'000));
                          if (random(3) == 0) {
                            all.push_back(spawn([steps, all] { await(programs::body(steps, all)); }));
                          } else {
                            all.push_back(spawn(programs::body(steps, all)));
                          }
                          if (random(4) == 0) all[random(all.size())].cancel();
                          if (random(3) == 0) yield();
                        }
                        for (const task<>& t : all) {
                          t.join();
                          static_cast<void>(t.exception());
                        }
                      },
                      {.shuffle_seed = seed});
  EXPECT_EQ(broken_rules(h), "");
  return decisions(h);
}

TEST_P(CoTaskShuffled, KeepsAllRulesAndRepeatsItself) {
  EXPECT_EQ(random_program(GetParam()), random_program(GetParam()));
}

}  // namespace
}  // namespace weft
