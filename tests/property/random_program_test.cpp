// Properties of random programs on the virtual clock: the diary breaks no rule, and at every event it says exactly what
// the scheduler itself says. A failure prints its seed; WEFT_PROPERTY_SEED=N runs that one alone, WEFT_PROPERTY_RUNS=N
// more of them.
#include <gtest/gtest.h>

#include <cstdlib>
#include <optional>
#include <string>

#include "core/sanitizer.hpp"
#include "property/random_program.hpp"
#include "support/expected_leaks.hpp"
#include "support/recorded.hpp"
#include "support/scheduler_watch.hpp"
#include "weft/errors.hpp"

namespace weft {
namespace {

using support::scheduler_snapshot;
using support::scheduler_watch;
using support::simulation;
using support::temporary_trace;

struct recorded_program {
  temporary_trace file;
  scheduler_watch watch;
  bool given_up = false;  // somebody left over could never end
};

void run_program(std::uint64_t seed, recorded_program& r) {
  const support::expected_leaks of_the_given_up;
  simulation s;
  tests::random_program program(seed, s.poller);
  run_options options;
  if (seed % 3 == 0) options.shuffle_seed = seed;
  trace::start({.path = r.file.path()});
  try {
    s.run(
        [&] {
          r.watch.begin(*core::scheduler::current());
          program.main();
        },
        options);
  } catch (const deadlock_error&) {
    r.given_up = true;
  } catch (const std::exception&) {
  }
  trace::stop();
}

std::string first_difference(const diary::reader& trace, const std::vector<scheduler_snapshot>& snapshots) {
  diary::scheduler_state told(trace.info().shuffled);
  std::string found;
  auto own = snapshots.begin();
  trace.for_each(0, trace.event_count(), [&](const diary::event& e) {
    const auto broken = told.apply(e);
    if (broken) found = "event " + std::to_string(e.n) + " breaks a rule: " + broken->text;
    if (own != snapshots.end() && own->event == e.n) {
      const std::string text = difference(*own, told, support::fake_clock::start_ns);
      if (!text.empty())
        found +=
            "after event " + std::to_string(e.n) + " (" + trace.type_name(e.type) + ") the scheduler says\n" + text;
      ++own;
    }
    return found.empty();
  });
  if (found.empty() && own != snapshots.end()) found = "the trace lacks events that were recorded";
  return found;
}

// The times of each coroutine's life add up to it.
std::string broken_sums(const diary::history& h) {
  std::string found;
  for (const diary::coroutine_record& c : h.coroutines()) {
    const std::int64_t end = c.end_status != diary::coroutine_status::none ? c.end_ns : h.source().info().duration_ns;
    if (c.run_ns + c.ready_ns + c.blocked_ns != end - c.spawn_ns)
      found += h.coroutine_label(c.id) + ": run + ready + blocked is not its life\n";
  }
  return found;
}

std::optional<std::uint64_t> number_from_environment(const char* name) {
  const char* text = std::getenv(name);
  if (text == nullptr) return std::nullopt;
  return std::strtoull(text, nullptr, 0);
}

class RandomPrograms : public testing::Test {
 protected:
  void SetUp() override {
    set_unhandled_handler([](std::exception_ptr, std::string_view) {});
  }
  void TearDown() override { set_unhandled_handler(nullptr); }

#if defined(WEFT_ASAN) || defined(WEFT_TSAN)
  static constexpr std::uint64_t default_runs = 50;
#else
  static constexpr std::uint64_t default_runs = 200;
#endif
  // Calls check for every seed until one fails.
  template <class F>
  void for_each_seed(F&& check) {
    const auto one = number_from_environment("WEFT_PROPERTY_SEED");
    const std::uint64_t first = one.value_or(1);
    const std::uint64_t runs = one ? 1 : number_from_environment("WEFT_PROPERTY_RUNS").value_or(default_runs);
    for (std::uint64_t seed = first; seed < first + runs && !HasFailure(); ++seed) {
      SCOPED_TRACE("to run this program again: WEFT_PROPERTY_SEED=" + std::to_string(seed));
      check(seed);
    }
  }
};

TEST_F(RandomPrograms, AtEveryEventTheDiarySaysWhatTheSchedulerSays) {
  std::uint64_t events = 0, switches = 0;

  for_each_seed([&](std::uint64_t seed) {
    recorded_program r;
    run_program(seed, r);

    const diary::history h(diary::reader::open(r.file.path()));
    EXPECT_EQ(first_difference(h.source(), r.watch.snapshots()), "");
    EXPECT_EQ(broken_sums(h), "");
    events += h.source().event_count();
    switches += h.totals().switches;
  });

  RecordProperty("events", std::to_string(events));
  RecordProperty("switches", std::to_string(switches));
}

}  // namespace
}  // namespace weft
