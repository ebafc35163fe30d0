// The order of several threads is derived from hand-shakes, not from clocks: here each thread has its own clock, and
// the clocks disagree.
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "support/recorded.hpp"
#include "trace/state/history.hpp"
#include "weft/event.hpp"
#include "weft/semaphore.hpp"
#include "weft/this_coroutine.hpp"

namespace weft {
namespace {

using namespace std::chrono_literals;
using diary::event_type;
using diary::history;
using diary::reader;
using support::simulation;
using support::temporary_trace;

// Two threads pass a token to each other, and record a mark each time they have it.
std::vector<std::string> passed_with_clocks_apart(std::chrono::nanoseconds first_ahead,
                                                  std::chrono::nanoseconds second_ahead) {
  const temporary_trace file;
  trace::start({.path = file.path()});
  semaphore ping(0);
  semaphore pong(0);
  constexpr int rounds = 50;
  simulation first, second;
  first.clock.advance(first_ahead);
  second.clock.advance(second_ahead);
  first.poller.block_when_hopeless(true);
  second.poller.block_when_hopeless(true);
  // A coroutine that need not wait is not woken, and then nothing orders the threads: the other thread must be in its
  // poller.
  const auto await = [](simulation& other, int round) {
    while (other.poller.hopeless_waits() <= static_cast<std::size_t>(round)) std::this_thread::yield();
  };
  std::thread thread([&] {
    second.run(
        [&] {
          for (int i = 0; i < rounds; ++i) {
            ping.acquire();
            trace::mark("second " + std::to_string(i));
            second.clock.advance(1us);
            await(first, i);
            pong.release();
          }
        },
        {.detect_deadlock = false});
  });
  first.run(
      [&] {
        for (int i = 0; i < rounds; ++i) {
          trace::mark("first " + std::to_string(i));
          first.clock.advance(1us);
          await(second, i);
          ping.release();
          pong.acquire();
        }
      },
      {.detect_deadlock = false});
  thread.join();
  trace::stop();

  const history h(reader::open(file.path()));
  EXPECT_EQ(h.violation_count(), 0u) << h.violations().front().text;
  std::vector<std::string> marks;
  h.source().for_each(0, h.source().event_count(), [&](const diary::event& e) {
    if (e.type == event_type::mark) marks.emplace_back(e.text);
    return true;
  });
  return marks;
}

std::vector<std::string> in_turn() {
  std::vector<std::string> marks;
  for (int i = 0; i < 50; ++i) {
    marks.push_back("first " + std::to_string(i));
    marks.push_back("second " + std::to_string(i));
  }
  return marks;
}

TEST(ThreadOrder, IsThatOfTheHandShakesIfTheWokensClockIsBehind) {
  EXPECT_EQ(passed_with_clocks_apart(10s, 0s), in_turn());
}

TEST(ThreadOrder, IsThatOfTheHandShakesIfTheWokensClockIsAhead) {
  EXPECT_EQ(passed_with_clocks_apart(0s, 10s), in_turn());
}

TEST(ThreadOrder, IsThatOfTheHandShakesIfClocksAgree) { EXPECT_EQ(passed_with_clocks_apart(0s, 0s), in_turn()); }

TEST(ThreadOrder, AWakeNamesTheWakersLastEvent) {
  const temporary_trace file;
  trace::start({.path = file.path()});
  event go("go");
  std::atomic<bool> waits = false;
  std::thread other([&] {
    run([&] {
      spawn([&] { waits = true; });  // runs once the wait has begun
      go.wait();
    });
  });
  run([&] {
    while (!waits) yield();
    go.set();
  });
  other.join();
  trace::stop();

  const history h(reader::open(file.path()));
  std::uint64_t set = 0, named = 0;
  h.source().for_each(0, h.source().event_count(), [&](const diary::event& e) {
    if (e.type == event_type::event_set) set = e.ordinal;
    if (e.type == event_type::wake_remote) named = e.args[4];
    return true;
  });
  EXPECT_NE(set, 0u);
  EXPECT_EQ(named, set);
}

}  // namespace
}  // namespace weft
