// Replay: a program runs in the recorded order, or reports where it differs.
#include <gtest/gtest.h>

#include <cstdint>
#include <cstdlib>
#include <string>

#include "property/random_program.hpp"
#include "support/expected_leaks.hpp"
#include "support/replayed.hpp"
#include "weft/errors.hpp"

namespace weft {
namespace {

using support::first_difference;
using support::order_text;
using support::simulation;
using support::temporary_trace;

// Runs a random program and records it. `real`: on the machine's clock and poller.
void run_random(std::uint64_t seed, const run_options& options, bool real, const std::string& path) {
  const support::expected_leaks of_the_given_up;
  simulation s;
  tests::random_program program(seed, s.poller, {});
  if (!real) program.use(s.clock);
  trace::start({.path = path});
  try {
    if (real) {
      weft::run(options, [&] { program.main(); });
    } else {
      s.run([&] { program.main(); }, options);
    }
  } catch (const replay_error& e) {
    ADD_FAILURE() << e.what();
  } catch (const std::exception&) {
  }
  trace::stop();
}

class ReplayOfRandomPrograms : public testing::Test {
 protected:
  void SetUp() override {
    set_unhandled_handler([](std::exception_ptr, std::string_view) {});
  }
  void TearDown() override { set_unhandled_handler(nullptr); }

  // Records one program after the other, replays it without its seed, and compares the two traces.
  static void check(bool real, std::uint64_t usual_runs) {
    const char* one = std::getenv("WEFT_PROPERTY_SEED");
    const char* many = std::getenv("WEFT_PROPERTY_RUNS");
    const std::uint64_t first = one != nullptr ? std::strtoull(one, nullptr, 0) : 1;
    const std::uint64_t runs = one != nullptr ? 1 : many != nullptr ? std::strtoull(many, nullptr, 0) : usual_runs;
    for (std::uint64_t seed = first; seed < first + runs && !HasFailure(); ++seed) {
      SCOPED_TRACE("to run this program again: WEFT_PROPERTY_SEED=" + std::to_string(seed));
      const temporary_trace recorded;
      const temporary_trace replayed;
      run_options shuffled;
      if (seed % 4 != 0) shuffled.shuffle_seed = 31 * seed;
      run_random(seed, shuffled, real, recorded.path());
      const std::string file = recorded.path();

      run_random(seed, {.replay = file}, real, replayed.path());

      EXPECT_EQ(first_difference(order_text(recorded.path()), order_text(replayed.path())), "");
    }
  }
};

TEST_F(ReplayOfRandomPrograms, FollowsTheRecordedOrder) { check(false, 100); }
// On a real clock a deadline may pass in the recording and not in the replay, or the other way round.
TEST_F(ReplayOfRandomPrograms, FollowsItOnTheRealClockToo) { check(true, 100); }

}  // namespace
}  // namespace weft
