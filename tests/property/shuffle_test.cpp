// The shuffled ready queue: a seeded random choice among the ready coroutines finds programs that depend on an order
// without a guarantee, and the seed reproduces the failure.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <optional>
#include <set>
#include <sstream>
#include <string>

#include "property/random_program.hpp"
#include "support/recorded.hpp"
#include "trace/text/trace_text.hpp"
#include "weft/errors.hpp"

namespace weft {
namespace {

using support::decisions;
using support::simulation;
using support::temporary_trace;

// The order in which five ready coroutines run.
std::string order_of(const run_options& options) {
  simulation s;
  std::string order;
  s.run(
      [&] {
        for (char name = 'a'; name <= 'e'; ++name) spawn([&order, name] { order += name; });
        sleep_for(std::chrono::milliseconds(1));
      },
      options);
  return order;
}

// A program with a bug: the reader assumes that the writer, which was spawned before it, has run.
bool works(const run_options& options) {
  simulation s;
  int value = 0;
  int seen = -1;
  s.run(
      [&] {
        const task<> writer = spawn("writer", [&] { value = 42; });
        const task<> reader = spawn("reader", [&] { seen = value; });
        writer.join();
        reader.join();
      },
      options);
  return seen == 42;
}

// The diary of a random program, without what differs between processes. The program runs in a child process, so that
// ids start alike.
std::string diary_text(std::uint64_t program_seed, std::uint64_t shuffle_seed) {
  const temporary_trace file;
  const pid_t child = fork();
  if (child == 0) {
    set_unhandled_handler([](std::exception_ptr, std::string_view) {});
    simulation s;
    tests::random_program program(program_seed, s.poller);
    program.use(s.clock);
    trace::start({.path = file.path()});
    try {
      s.run([&] { program.main(); }, {.shuffle_seed = shuffle_seed});
    } catch (...) {
    }
    trace::stop();
    _exit(0);
  }
  int status = -1;
  waitpid(child, &status, 0);
  EXPECT_EQ(status, 0);
  std::ostringstream out;
  diary::dump_text(diary::history(diary::reader::open(file.path())), out, {});
  std::string events;  // the indented lines; the header before them has pid and time of day
  std::istringstream lines(out.str());
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with(' ') && line.find("thread_start") == std::string::npos) events += line + '\n';
  }
  return events;
}

TEST(Shuffle, TheSameSeedGivesTheSameTraceText) {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    const std::string first = diary_text(seed, 7 * seed);

    EXPECT_GT(first.size(), 1000u);
    EXPECT_TRUE(diary_text(seed, 7 * seed) == first) << "seed " << seed;
  }
}

TEST(Shuffle, AnotherSeedGivesAnotherOrder) {
  std::set<std::string> orders;
  for (std::uint64_t seed = 1; seed <= 64; ++seed) orders.insert(order_of({.shuffle_seed = seed}));

  EXPECT_GT(orders.size(), 30u);
  for (const std::string& order : orders) EXPECT_EQ(std::set<char>(order.begin(), order.end()).size(), 5u) << order;
}

TEST(Shuffle, WithoutASeedTheOrderIsFifo) { EXPECT_EQ(order_of({}), "abcde"); }

TEST(Shuffle, FindsAPlantedOrderBugAndItsSeedBringsItBack) {
  ASSERT_TRUE(works({})) << "in FIFO order the bug must not show";

  std::optional<std::uint64_t> found;
  for (std::uint64_t seed = 1; seed <= 20 && !found; ++seed) {
    if (!works({.shuffle_seed = seed})) found = seed;
  }

  ASSERT_TRUE(found);
  std::printf("the order bug shows with shuffle_seed %llu\n", static_cast<unsigned long long>(*found));
  for (int again = 0; again < 3; ++again) EXPECT_FALSE(works({.shuffle_seed = *found}));
}

TEST(Shuffle, TheEnvironmentsSeedCountsWhereTheProgramGivesNone) {
  const std::string by_option = order_of({.shuffle_seed = 12});
  ASSERT_NE(by_option, "abcde");

  setenv("WEFT_SHUFFLE_SEED", "12", 1);
  const std::string by_environment = order_of({});
  const std::string by_other_option = order_of({.shuffle_seed = 3});
  unsetenv("WEFT_SHUFFLE_SEED");

  EXPECT_EQ(by_environment, by_option);
  EXPECT_EQ(by_other_option, order_of({.shuffle_seed = 3}));
}

TEST(Shuffle, ASeedThatIsNoNumberIsNone) {
  setenv("WEFT_SHUFFLE_SEED", "dice", 1);
  const std::string order = order_of({});
  unsetenv("WEFT_SHUFFLE_SEED");

  EXPECT_EQ(order, "abcde");
}

TEST(Shuffle, TheDiarySaysThatItIsShuffled) {
  simulation s;

  const diary::history h = support::record(s,
                                           [] {
                                             for (int i = 0; i < 5; ++i) spawn([] { yield(); });
                                             sleep_for(std::chrono::milliseconds(1));
                                           },
                                           {.shuffle_seed = 12});

  EXPECT_TRUE(h.source().info().shuffled);
  EXPECT_EQ(h.violation_count(), 0u);
}

}  // namespace
}  // namespace weft
