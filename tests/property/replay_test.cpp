// Replay: a program runs in the order that was recorded, or says where it leaves it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <fstream>
#include <map>
#include <optional>
#include <string>

#include "property/random_program.hpp"
#include "support/recorded.hpp"
#include "trace/comparable_name.hpp"
#include "weft/errors.hpp"

namespace weft {
namespace {

using namespace std::chrono_literals;
using support::decisions;
using support::simulation;
using support::temporary_trace;
using testing::HasSubstr;

// Every event that tells of the order, with coroutines and objects numbered as they appear, without times.
std::string order_text(const std::string& path) {
  const diary::history h(diary::reader::open(path));
  EXPECT_EQ(h.violation_count(), 0u) << path;
  std::map<std::uint64_t, std::size_t> numbers;  // by slot: the n-th that was spawned
  std::size_t spawned = 0;
  std::string text;
  h.source().for_each(0, h.source().event_count(), [&](const diary::event& e) {
    using t = diary::event_type;
    if (e.type >= t::checkpoint_begin) return true;
    const bool is_spawn = e.type == t::spawn || e.type == t::spawn_after;
    if (is_spawn) numbers[e.args[0]] = ++spawned;
    const diary::event_schema& schema = *diary::find_schema(e.type);
    switch (e.type) {
      case t::thread_start:
      case t::string:
      case t::site:
      case t::object:
      case t::poll_begin:
      case t::stack_mark:
        return true;
      default:
        break;
    }
    text += schema.name;
    for (std::size_t i = 0; i < schema.arg_count; ++i) {
      using k = diary::arg_kind;
      const k kind = schema.kinds[i];
      if (kind == k::slot) {
        text += " #" + std::to_string(e.args[i] == 0 ? 0 : numbers[e.args[i]]);
      } else if (kind == k::string) {
        text += ' ' + h.string(e.args[i]);
      } else if (kind == k::coroutine || kind == k::site || kind == k::object || kind == k::nanoseconds ||
                 (e.type == t::poll_end && i == 0)) {
        // differs from run to run
      } else {
        text += ' ' + std::to_string(e.args[i]);
      }
    }
    text += '\n';
    return true;
  });
  return text;
}

// Runs a random program and records it. `real`: on the machine's clock and poller.
void run_random(std::uint64_t seed, const run_options& options, bool real, const std::string& path) {
  simulation s;
  tests::random_program program(seed, s.poller);
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

std::string first_difference(const std::string& a, const std::string& b) {
  if (a == b) return {};
  std::size_t at = 0;
  while (at < a.size() && at < b.size() && a[at] == b[at]) ++at;
  const std::size_t from = at < 200 ? 0 : a.rfind('\n', at - 200);
  return "recorded:" + a.substr(from, 300) + "\nreplayed:" + b.substr(from, 300);
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
// There a deadline may pass in the recording and not in the replay, and the other way round.
TEST_F(ReplayOfRandomPrograms, FollowsItOnTheRealClockToo) { check(true, 100); }

}  // namespace
}  // namespace weft
