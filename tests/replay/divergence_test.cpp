// A program that leaves the recorded order gets an error that says exactly where.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <mutex>
#include <stdexcept>
#include <string>

#include "support/replayed.hpp"
#include "weft/event.hpp"
#include "weft/mutex.hpp"
#include "weft/this_coroutine.hpp"
#include "weft/trace.hpp"

namespace weft {
namespace {

using namespace std::chrono_literals;
using support::divergence;
using support::recorded_run;
using support::simulation;
using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

void two_workers(bool with_lock) {
  mutex accounts("accounts");
  const auto work = [&] {
    if (with_lock) accounts.lock();
    yield();
    if (with_lock) accounts.unlock();
  };
  const task<> a = spawn("a", work);
  const task<> b = spawn("b", work);
  a.join();
  b.join();
}

TEST(ReplayDivergence, NamesFileEventWhatWasRecordedAndWhatWasDone) {
  const recorded_run recorded([] { two_workers(false); });

  const std::string message = divergence(recorded.path(), [] { two_workers(true); });

  EXPECT_THAT(message, StartsWith("replay of " + recorded.path() + ": event "));
  EXPECT_THAT(message, HasSubstr("recorded \"b (#"));
  EXPECT_THAT(message, HasSubstr(") yields; "));
  EXPECT_THAT(message, HasSubstr("\", but the program did \"b (#"));
  EXPECT_THAT(message, HasSubstr(") blocks: mutex \"accounts\"; "));
}

TEST(ReplayDivergence, TheEventIsTheOneOfThatNumberInTheFile) {
  const recorded_run recorded([] { two_workers(false); });
  simulation s;
  std::uint64_t number = 0;

  try {
    s.run([] { two_workers(true); }, {.replay = recorded.path()});
  } catch (const replay_divergence& e) {
    number = e.event();
    EXPECT_THAT(e.what(), HasSubstr(": event " + std::to_string(number) + ": "));
  }

  const diary::history h(diary::reader::open(recorded.path()));
  EXPECT_THAT(support::decision_line(h, h.source().at(number)), HasSubstr("b: yield"));
}

TEST(ReplayDivergence, TheSameProgramHasNone) {
  const recorded_run recorded([] { two_workers(true); });

  EXPECT_EQ(divergence(recorded.path(), [] { two_workers(true); }), "");
}

TEST(ReplayDivergence, ASpawnOfAnother) {
  const recorded_run recorded([] { spawn("writer", [] {}).join(); });

  EXPECT_THAT(divergence(recorded.path(), [] { spawn("reader", [] {}).join(); }),
              testing::ContainsRegex("recorded \"main .#[0-9]+. spawns writer .#[0-9]+.\", but the program did \"main "
                                     ".#[0-9]+. spawns reader\""));
}

TEST(ReplayDivergence, AProgramThatEndsEarlier) {
  const recorded_run recorded([] {
    yield();
    yield();
  });

  EXPECT_THAT(divergence(recorded.path(), [] { yield(); }),
              HasSubstr(") yields; it goes on\", but the program did \"main"));
}

TEST(ReplayDivergence, AProgramThatGoesOn) {
  const recorded_run recorded([] { yield(); });

  EXPECT_THAT(divergence(recorded.path(),
                         [] {
                           yield();
                           yield();
                         }),
              HasSubstr("ends: done; the scheduler runs\", but the program did \"main"));
}

TEST(ReplayDivergence, SomebodyWhoIsNotReadyWhenItsTurnComes) {
  const auto program = [](bool waits) {
    event go("go");
    const task<> a = spawn("a", [&] { waits ? go.wait() : yield(); });
    const task<> b = spawn("b", [&] {
      yield();
      go.set();
    });
    a.join();
    b.join();
  };
  const recorded_run recorded([&] { program(false); });

  EXPECT_THAT(divergence(recorded.path(), [&] { program(true); }), HasSubstr("but the program did \"a (#"));
}

TEST(ReplayDivergence, AnotherEnd) {
  const recorded_run recorded([] { spawn("a", [] {}).join(); });

  EXPECT_THAT(divergence(recorded.path(),
                         [] {
                           const task<> a = spawn("a", [] { throw std::runtime_error("boom"); });
                           a.join();
                           static_cast<void>(a.exception());
                         }),
              testing::ContainsRegex("recorded \"a .#[0-9]+. ends: done; main .#[0-9]+. runs\", but the program did "
                                     "\"a .#[0-9]+. ends: failed; main"));
}

TEST(ReplayDivergence, IsThrownIntoMainWhereItWaits) {
  const recorded_run recorded([] { sleep_for(1s); });
  bool caught = false;
  simulation s;

  EXPECT_THROW(s.run(
                   [&] {
                     try {
                       yield();
                       sleep_for(24h);
                     } catch (const replay_divergence&) {
                       caught = true;
                       throw;
                     }
                   },
                   {.replay = recorded.path()}),
               replay_divergence);

  EXPECT_TRUE(caught);
  EXPECT_LT(s.clock.elapsed(), 24h);
}

TEST(ReplayDivergence, IsWhatRunThrowsWhateverMainMakesOfIt) {
  const recorded_run recorded([] { sleep_for(1s); });
  simulation s;
  bool ended = false;

  EXPECT_THROW(s.run(
                   [&] {
                     for (int i = 0; i < 3; ++i) {
                       try {
                         yield();
                       } catch (const std::exception&) {
                       }
                     }
                     ended = true;
                   },
                   {.replay = recorded.path()}),
               replay_divergence);

  EXPECT_TRUE(ended);
}

TEST(ReplayDivergence, TheOthersGoOnFreelyBehindIt) {
  const recorded_run recorded([] { sleep_for(1s); });
  simulation s;
  int done = 0;

  EXPECT_THROW(s.run(
                   [&] {
                     for (int i = 0; i < 3; ++i)
                       spawn([&] {
                         const cancel_shield shield;
                         sleep_for(5s);
                         ++done;
                       });
                     yield();
                   },
                   {.replay = recorded.path()}),
               replay_divergence);

  EXPECT_EQ(done, 3);
}

// Changes that decide nothing are allowed: a recording stays useful while the program grows.
TEST(ReplayDivergence, MarksFreeLocksAndOtherLinesAreNone) {
  const recorded_run recorded([] { spawn([] { yield(); }).join(); });

  EXPECT_EQ(divergence(recorded.path(),
                       [] {
                         mutex free("free");
                         const std::lock_guard guard(free);
                         trace::mark("more is recorded now");
                         spawn([] { yield(); }).join();
                       }),
            "");
}

}  // namespace
}  // namespace weft
