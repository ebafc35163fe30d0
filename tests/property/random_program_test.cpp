// Properties of random programs on the virtual clock: the diary breaks no rule; at every event it agrees with the
// scheduler's own state; no promise to a waiter is broken; a program that ended properly leaves nothing behind. How to
// run one again, or a night of them: seed_range.hpp.
#include <gtest/gtest.h>

#include <cstdlib>
#include <string>
#include <string_view>

#include "property/random_program.hpp"
#include "property/seed_range.hpp"
#include "support/leaks.hpp"
#include "support/recorded.hpp"
#include "support/scheduler_watch.hpp"
#include "support/virtual_time_poller.hpp"
#include "weft/errors.hpp"

namespace weft {
namespace {

using support::scheduler_snapshot;
using support::scheduler_watch;
using support::simulation;
using support::temporary_trace;
using tests::seed_range;

struct recorded_program {
  temporary_trace file;
  scheduler_watch watch;
  bool hopeless = false;
  std::size_t left_behind = 0;  // in a hopeless program they are given up: nothing on their stacks is destroyed
  std::string broken_promises;
};

// WEFT_PROPERTY_WITHOUT names ingredients to leave out, so that a search for one fault does not find another one.
// Ingredients that show a known but unfixed fault are in `not_yet` (today none); WEFT_PROPERTY_WITH adds them.
constexpr std::string_view not_yet = "";

bool is_named(const char* variable, std::string_view ingredient) {
  const char* names = std::getenv(variable);
  return names != nullptr && std::string_view(names).find(ingredient) != std::string_view::npos;
}
bool taken(std::string_view ingredient) {
  if (is_named("WEFT_PROPERTY_WITHOUT", ingredient)) return false;
  return not_yet.find(ingredient) == std::string_view::npos || is_named("WEFT_PROPERTY_WITH", ingredient);
}

tests::random_ingredients ingredients_of_tests(bool in_order) {
  return {.handles = taken("handles"),
          .closing = taken("closing"),
          .passing = taken("passing"),
          .forks = taken("forks"),
          .points = taken("points"),
          .selects = taken("selects"),
          .in_order = in_order,
          .timely = true};
}

// The number of coroutines that had not ended when the recording ended.
std::size_t left_behind(const std::string& path) {
  const diary::history h(diary::reader::open(path));
  return h.state_after(h.source().event_count() - 1).live_count();
}

void run_program(std::uint64_t seed, recorded_program& r) {
  simulation s;
  support::virtual_time_poller poller(s.poller);
  run_options options{.clock = &s.clock, .poller = &poller};
  if (seed % 3 == 0) options.shuffle_seed = seed;
  tests::random_program program(seed, s.poller, ingredients_of_tests(!options.shuffle_seed));
  program.use(s.clock);
  program.recorded_at(r.file.path());
  trace::start({.path = r.file.path()});
  try {
    weft::run(options, [&] {
      r.watch.begin(*core::scheduler::current());
      program.main();
    });
  } catch (const deadlock_error&) {
    r.hopeless = true;
  } catch (const std::exception&) {
  }
  trace::stop();
  r.left_behind = left_behind(r.file.path());
  for (const auto& [promise, times] : program.broken_promises(r.left_behind == 0))
    r.broken_promises += promise + ", " + std::to_string(times) + " times\n";
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

// Checks that the times of each coroutine add up to its life.
std::string broken_sums(const diary::history& h) {
  std::string found;
  for (const diary::coroutine_record& c : h.coroutines()) {
    const std::int64_t end = c.end_status != diary::coroutine_status::none ? c.end_ns : h.source().info().last_ns;
    if (c.run_ns + c.ready_ns + c.blocked_ns != end - c.spawn_ns)
      found += h.coroutine_label(c.id) + ": run + ready + blocked is not its life\n";
  }
  return found;
}

class RandomPrograms : public testing::Test {
 protected:
  void SetUp() override {
    set_unhandled_handler([](std::exception_ptr, std::string_view) {});
    // Warm-up: opens what a process opens once and keeps open.
    trace::start({.path = temporary_trace().path()});
    weft::run([] { static_cast<void>(make_pipe()); });
    trace::stop();
  }
  void TearDown() override { set_unhandled_handler(nullptr); }

#if defined(WEFT_ASAN) || defined(WEFT_TSAN)
  static constexpr std::uint64_t default_runs = 50;
#else
  static constexpr std::uint64_t default_runs = 200;
#endif
};

// Registered before any of weft's: like the handlers of a library that was loaded first.
const bool forks_are_seen = (tests::random_forks::look_after_children(), true);

TEST_F(RandomPrograms, AtEveryEventTheDiarySaysWhatTheSchedulerSays) {
  ASSERT_TRUE(forks_are_seen);
  const auto check = [](std::uint64_t seed, seed_range::tally& t) {
    bool given_up = false;
    const std::size_t descriptors = support::open_descriptors();
    {
      recorded_program r;
      run_program(seed, r);
      given_up = r.left_behind != 0;

      const diary::history h(diary::reader::open(r.file.path()));
      EXPECT_EQ(r.broken_promises, "");
      EXPECT_EQ(first_difference(h.source(), r.watch.snapshots()), "");
      EXPECT_EQ(broken_sums(h), "");
      EXPECT_TRUE(r.hopeless || !given_up) << r.left_behind << " coroutines were left behind";
      t.events += h.source().event_count();
      t.switches += h.totals().switches;
    }
    t.given_up += given_up;
    const std::size_t descriptors_now = support::open_descriptors();
    if (given_up) {
      const bool worn_out = support::sees_leaks || descriptors_now > 200;
      return worn_out ? seed_range::then::leave_worker : seed_range::then::go_on;
    }
    EXPECT_EQ(descriptors_now, descriptors) << "descriptors were left open";
    EXPECT_FALSE(support::memory_is_lost());
    return seed_range::then::go_on;
  };

  const seed_range::tally all = seed_range(default_runs).for_each(check);

  RecordProperty("events", std::to_string(all.events));
  RecordProperty("switches", std::to_string(all.switches));
}

}  // namespace
}  // namespace weft
