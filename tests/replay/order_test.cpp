// A replay repeats the scheduler's choices, the order of timers and the cases of select(); it does not wait in real
// time.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <optional>
#include <string>

#include "support/replayed.hpp"
#include "weft/channel.hpp"
#include "weft/co_task.hpp"
#include "weft/select.hpp"
#include "weft/this_coroutine.hpp"
#include "weft/timeout.hpp"
#include "weft/trace.hpp"

namespace weft {
namespace {

using namespace std::chrono_literals;
using support::decisions;
using support::divergence;
using support::recorded_run;
using support::simulation;
using support::temporary_trace;

// A program with a bug: the reader assumes that the writer, which was spawned before it, has run.
struct planted_bug {
  int seen = -1;
  void main() {
    int value = 0;
    const task<> writer = spawn("writer", [&] { value = 42; });
    const task<> reader = spawn("reader", [&] { seen = value; });
    writer.join();
    reader.join();
  }
  bool shows() const { return seen != 42; }
};

TEST(Replay, AnOrderBugThatASeedFoundStaysFound) {
  std::optional<std::uint64_t> seed;
  const temporary_trace flaky;
  for (std::uint64_t tried = 1; tried <= 20 && !seed; ++tried) {
    simulation s;
    planted_bug program;
    trace::start({.path = flaky.path()});
    s.run([&] { program.main(); }, {.shuffle_seed = tried});
    trace::stop();
    if (program.shows()) seed = tried;
  }
  ASSERT_TRUE(seed);
  const std::string file = flaky.path();

  for (int again = 0; again < 3; ++again) {
    planted_bug program;
    EXPECT_EQ(divergence(file, [&] { program.main(); }), "");
    EXPECT_TRUE(program.shows());
  }
}

TEST(Replay, TheSeedOfTheProgramDoesNotCount) {
  std::string order;
  const auto program = [&] {
    order.clear();
    for (char name = 'a'; name <= 'h'; ++name) spawn([&order, name] { order += name; });
    sleep_for(1ms);
  };
  const recorded_run recorded(program, {.shuffle_seed = 5});
  const std::string recorded_order = order;
  ASSERT_NE(order, "abcdefgh");
  simulation s;

  s.run(program, {.shuffle_seed = 6, .replay = recorded.path()});

  EXPECT_EQ(order, recorded_order);
}

TEST(Replay, ItsOwnTraceTellsTheSameOrder) {
  const auto program = [] {
    channel<int> line(1);
    const task<> putter = spawn("putter", [&] {
      for (int i = 0; i < 20; ++i) line.send(i);
      line.close();
    });
    for (int i = 0; i < 3; ++i)
      spawn("sleeper", [i] {
        for (int n = 0; n < 5; ++n) sleep_for(std::chrono::milliseconds(1 + i));
      });
    for (int i : line) {
      if (i % 3 == 0) sleep_for(1ms);
    }
  };
  simulation first;
  const diary::history recorded = support::record(first, program, {.shuffle_seed = 77});
  const recorded_run kept(program, {.shuffle_seed = 77});
  simulation second;

  const diary::history replayed = support::record(second, program, {.replay = kept.path()});

  EXPECT_EQ(decisions(replayed), decisions(recorded));
  EXPECT_EQ(replayed.violation_count(), 0u);
  EXPECT_TRUE(replayed.source().info().shuffled);
}

TEST(Replay, AReplayCanBeReplayed) {
  planted_bug program;
  const auto body = [&] { program.main(); };
  const recorded_run recorded(body, {.shuffle_seed = 3});
  const recorded_run again(body, {.replay = recorded.path()});

  EXPECT_EQ(divergence(again.path(), body), "");
}

TEST(Replay, AnOrderWithoutTimesIsAnOrder) {
  std::string order;
  const auto program = [&] {
    order.clear();
    for (char name = 'a'; name <= 'h'; ++name)
      spawn([&order, name] {
        sleep_for(std::chrono::milliseconds(name % 3));
        order += name;
      });
    sleep_for(1s);
  };
  simulation s;
  const temporary_trace file;
  trace::start({.path = file.path(), .order_only = true});
  s.run(program, {.shuffle_seed = 8});
  trace::stop();
  const std::string recorded_order = order;
  const std::string path = file.path();

  EXPECT_EQ(divergence(path, program), "");
  EXPECT_EQ(order, recorded_order);
}

TEST(Replay, SleepsTakeNoTime) {
  std::string order;
  const auto program = [&] {
    order.clear();
    const task<> slow = spawn([&] {
      sleep_for(2h);
      order += "slow ";
    });
    const task<> quick = spawn([&] {
      sleep_for(1h);
      order += "quick ";
    });
    slow.join();
    quick.join();
  };
  const recorded_run recorded(program);

  run({.replay = recorded.path()}, program);  // on the machine's clock

  EXPECT_EQ(order, "quick slow ");
}

// For programs that read the clock themselves.
TEST(Replay, AtTheRecordedPaceSleepsTakeTheirTime) {
  const auto program = [] {
    spawn([] { sleep_for(1h); });
    sleep_for(2h);
  };
  const recorded_run recorded(program);
  simulation s;

  setenv("WEFT_REPLAY_PACE", "recorded", 1);
  s.run(program, {.replay = recorded.path()});
  unsetenv("WEFT_REPLAY_PACE");

  EXPECT_EQ(s.clock.elapsed(), 2h);
}

TEST(Replay, TimersFireInTheRecordedOrderWhateverTheirDeadlines) {
  std::string order;
  const auto program = [&](int first_ms, int second_ms) {
    order.clear();
    const task<> a = spawn("a", [&] {
      sleep_for(std::chrono::milliseconds(first_ms));
      order += "a";
    });
    const task<> b = spawn("b", [&] {
      sleep_for(std::chrono::milliseconds(second_ms));
      order += "b";
    });
    a.join();
    b.join();
  };
  const recorded_run recorded([&] { program(1, 2); });

  EXPECT_EQ(divergence(recorded.path(), [&] { program(8, 5); }), "");
  EXPECT_EQ(order, "ab");
}

// A time limit that ran out while the coroutine computed is noticed at its next wait: at the same wait in the replay,
// where the computation takes another time.
TEST(Replay, ALimitRunsOutWhereItDidWhateverTheClockSays) {
  simulation s;
  int waits = 0;
  const auto program = [&](std::chrono::milliseconds computing) {
    waits = 0;
    try {
      const timeout_scope outer(1h);
      const timeout_scope limit(10ms);
      for (; waits < 10; ++waits) {
        s.clock.advance(computing);
        yield();
      }
    } catch (const timeout_error&) {
    }
  };
  const temporary_trace file;
  trace::start({.path = file.path()});
  s.run([&] { program(4ms); });
  trace::stop();
  ASSERT_EQ(waits, 2);
  const std::string path = file.path();

  s.run([&] { program(0ms); }, {.replay = path});
  EXPECT_EQ(waits, 2);
  s.run([&] { program(60min); }, {.replay = path});
  EXPECT_EQ(waits, 2);
}

// The outer scope runs out while the inner one's error is being delivered.
TEST(Replay, AScopeThatRunsOutDuringADeliveryDoesSoAgain) {
  simulation s;
  const auto program = [&] {
    s.clock.advance_with_each_look(1ms);
    try {
      const timeout_scope outer(10500us);  // opened 1 ms before the inner one: runs out half a millisecond after it
      const timeout_scope inner(9ms);
      for (int waits = 0; waits < 20; ++waits) yield();
    } catch (const timeout_error&) {
    }
    s.clock.advance_with_each_look(0ms);
  };
  const temporary_trace recorded, replayed;
  trace::start({.path = recorded.path()});
  s.run(program);
  trace::stop();
  const std::string order = support::order_text(recorded.path());
  ASSERT_NE(order.find("scope_expired #1 0\ncancel_delivered\nscope_expired #1 1\n"), std::string::npos) << order;
  const std::string path = recorded.path();

  trace::start({.path = replayed.path()});
  s.run(program, {.replay = path});
  trace::stop();

  EXPECT_EQ(support::order_text(replayed.path()), order);
}

TEST(Replay, SelectTakesWhatItTook) {
  std::string order;
  const auto program = [&] {
    order.clear();
    channel<int> a(100), b(100);
    for (int i = 0; i < 40; ++i) {
      a.send(i);
      b.send(i);
    }
    for (int i = 0; i < 40; ++i) {
      select(on_receive(a, [&](std::optional<int>) { order += 'a'; }),
             on_receive(b, [&](std::optional<int>) { order += 'b'; }));
    }
  };
  const recorded_run recorded(program, {.shuffle_seed = 1234});
  const std::string recorded_order = order;

  EXPECT_EQ(divergence(recorded.path(), program), "");
  EXPECT_EQ(order, recorded_order);
}

TEST(Replay, ADeadlockComesAgain) {
  std::string what;
  const auto program = [&] {
    channel<int> never;
    try {
      never.receive();
    } catch (const deadlock_error&) {
      what = "deadlock";
    }
  };
  const recorded_run recorded(program);
  what.clear();

  EXPECT_EQ(divergence(recorded.path(), program), "");
  EXPECT_EQ(what, "deadlock");
}

TEST(Replay, CoTasksAreCoroutinesLikeOthers) {
  std::string order;
  const auto program = [&] {
    order.clear();
    const auto one = [&order](char name) -> co_task<void> {
      for (int i = 0; i < 3; ++i) {
        order += name;
        co_await sleep(1ms);
      }
    };
    std::vector<task<>> all;
    for (char name = 'a'; name <= 'f'; ++name) all.push_back(spawn([&one, name] { return one(name); }));
    for (const task<>& t : all) t.join();
  };
  const recorded_run recorded(program, {.shuffle_seed = 99});
  const std::string recorded_order = order;

  EXPECT_EQ(divergence(recorded.path(), program), "");
  EXPECT_EQ(order, recorded_order);
}

TEST(Replay, ManyCoroutinesAreFoundAgain) {
  std::uint64_t sum = 0;
  const auto program = [&] {
    sum = 0;
    for (std::uint64_t i = 0; i < 3000; ++i)
      spawn([&sum, i] {
        yield();
        sleep_for(std::chrono::microseconds(i % 7));
        sum = sum * 31 + i;
      });
    sleep_for(1s);
  };
  const recorded_run recorded(program);
  const std::uint64_t recorded_sum = sum;

  EXPECT_EQ(divergence(recorded.path(), program), "");
  EXPECT_EQ(sum, recorded_sum);
}

}  // namespace
}  // namespace weft
