// A huge trace, compared with the exact model of the same trace.
#include <gtest/gtest.h>

#include <fstream>
#include <random>

#include "analysis/findings.hpp"
#include "analysis/summaries.hpp"
#include "busy_trace.hpp"
#include "model/stepping.hpp"
#include "support/text_traces.hpp"
#include "trace/state/seek.hpp"

namespace weft::viz {
namespace {

using tests::busy_trace;

lane_index::settings settings_for(const trace_model& trace, std::uint32_t columns) {
  lane_index::settings how;
  how.begin_ns = trace.begin_ns();
  how.bucket_ns = trace.whole().length_ns() / columns + 1;
  how.most_columns = columns;
  return how;
}

lane_index index_of(diary::history& names, const lane_index::settings& how) {
  lane_index index(how);
  names.source().walk(0).for_each([&](const diary::event& e) {
    index.take(e, &names);
    return true;
  });
  index.settle();
  return index;
}

model_limits small_parts() {
  model_limits limits;
  limits.around_events = 256;
  limits.view_events = 4000;
  limits.parallel_events = UINT64_MAX;
  return limits;
}

TEST(LaneIndex, HasTheSharesThatTheExactStatesHave) {
  const busy_trace& busy = busy_trace::get();
  ASSERT_GT(busy.exact.event_count(), 200'000u);
  diary::history names = busy.untold();
  const lane_index index = index_of(names, settings_for(busy.exact, 200));

  ASSERT_EQ(index.lane_count(), busy.exact.coroutine_count());
  for (coroutine_index c = 0; c < busy.exact.coroutine_count(); ++c) {
    const track& states = busy.exact.track_of(c)->states;
    const std::uint32_t lane = index.lane_of(busy.exact.record(c).id);
    ASSERT_NE(lane, lane_index::no_lane);
    for (std::uint32_t b = 0; b < 200; ++b) {
      const time_range range = index.scale().range_of(b);
      const track::sums exact = states.sums_in(range, busy.exact.end_ns());
      const mip_sums rough = index.sums_in(lane, range);
      const auto step = static_cast<double>(index.scale().bucket_ns) / 255 + 1;
      for (std::size_t k = 1; k < exact.size(); ++k) {
        ASSERT_NEAR(rough.ns[k], static_cast<double>(exact[k]), step) << busy.exact.label(c) << " " << b << " " << k;
        ASSERT_EQ(rough.ns[k] > 0, exact[k] > 0);
      }
      const bool is_long = states.long_run_in(range, busy.exact.end_ns()) != track::npos;
      ASSERT_EQ((rough.severity & severity::long_run) != 0, is_long);
    }
  }
}

TEST(LaneIndex, OfAThreadHasTheSharesOfItsRuns) {
  const busy_trace& busy = busy_trace::get();
  diary::history names = busy.untold();
  const lane_index index = index_of(names, settings_for(busy.exact, 200));
  const track& runs = busy.exact.threads()[0].runs;

  bool any_long = false;
  for (std::uint32_t b = 0; b < 200; ++b) {
    const time_range range = index.scale().range_of(b);
    const double exact = static_cast<double>(runs.sums_in(range, busy.exact.end_ns())[1]);
    const mip_sums rough = index.thread_sums_in(0, range);
    ASSERT_NEAR(rough.ns[1], exact, static_cast<double>(index.scale().bucket_ns) / 255 + 1);
    const bool is_long = runs.long_run_in(range, busy.exact.end_ns()) != track::npos;
    ASSERT_EQ((rough.severity & severity::long_run) != 0, is_long);
    any_long |= is_long;
  }
  EXPECT_TRUE(any_long);
  EXPECT_EQ(index.held(), busy.exact.held_runs());
}

class Halves : public testing::TestWithParam<int> {};

TEST_P(Halves, JoinedAreTheSameAsTheWhole) {
  const busy_trace& busy = busy_trace::get();
  const lane_index::settings how = settings_for(busy.exact, 256);
  diary::history whole_names = busy.untold();
  const lane_index whole = index_of(whole_names, how);

  diary::history names = busy.untold();
  const std::uint64_t border = names.source().event_count() * static_cast<std::uint64_t>(GetParam()) / 1000;
  lane_index first(how);
  names.source().walk(0).for_each(
      [&](const diary::event& e) {
        first.take(e, &names);
        return true;
      },
      border);
  lane_index later(how, diary::seek_state(names.source(), border), true);
  names.source().walk(border).for_each([&](const diary::event& e) {
    later.take(e, nullptr);
    return true;
  });
  ASSERT_TRUE(first.join(later, names));

  ASSERT_EQ(first.lane_count(), whole.lane_count());
  for (coroutine_index c = 0; c < names.lives().size(); ++c) {
    const std::uint64_t id = whole_names.lives()[c].id;
    ASSERT_EQ(names.lives()[c].id, id);
    EXPECT_EQ(names.lives()[c].end_event, whole_names.lives()[c].end_event);
    EXPECT_EQ(names.coroutine_label(id), whole_names.coroutine_label(id));
    EXPECT_EQ(first.buckets_of(first.lane_of(id)), whole.buckets_of(whole.lane_of(id))) << names.coroutine_label(id);
  }
  for (std::uint32_t b = 0; b < 256; ++b) {
    const time_range range = whole.scale().range_of(b);
    EXPECT_EQ(first.thread_sums_in(0, range).ns, whole.thread_sums_in(0, range).ns);
  }
  EXPECT_EQ(first.held(), whole.held());
}

INSTANTIATE_TEST_SUITE_P(Borders, Halves, testing::Values(250, 333, 500, 501, 777, 999));

TEST(LaneIndex, DoesNotJoinWhatBeginsElsewhere) {
  const busy_trace& busy = busy_trace::get();
  const lane_index::settings how = settings_for(busy.exact, 256);
  diary::history names = busy.untold();
  lane_index first(how);
  names.source().walk(0).for_each(
      [&](const diary::event& e) {
        first.take(e, &names);
        return true;
      },
      100'000);
  first.settle();
  lane_index later(how, diary::seek_state(names.source(), 100'500), true);

  EXPECT_FALSE(first.join(later, names));
}

TEST(LaneIndex, TakesNoMoreMemoryForMoreEvents) {
  const support::temporary_trace short_file, long_file;
  const auto bytes_of = [](const std::string& path) {
    diary::history names(diary::reader::open(path), diary::history::effort::told);
    lane_index::settings how;
    how.bucket_ns = 1000;  // doubled as needed
    how.most_columns = 256;
    const lane_index index = index_of(names, how);
    return static_cast<double>(index.memory_bytes()) / static_cast<double>(index.lane_count());
  };

  const double few = bytes_of(tests::recorded_busy_program(short_file, 500));
  const double many = bytes_of(tests::recorded_busy_program(long_file, 4000));

  EXPECT_LT(many, few * 1.5) << "bytes a lane";
}

TEST(LaneIndex, KeepsToItsBudgetByLongerBuckets) {
  const busy_trace& busy = busy_trace::get();
  diary::history names = busy.untold();
  lane_index::settings how = settings_for(busy.exact, 1024);
  how.most_buckets = 5000;
  const lane_index index = index_of(names, how);

  EXPECT_GT(index.scale().bucket_ns, how.bucket_ns);
  bool any_long = false;
  for (std::uint32_t lane = 0; lane < index.lane_count(); ++lane) {
    any_long |= (index.sums_in(lane, busy.exact.whole()).severity & severity::long_run) != 0;
  }
  EXPECT_TRUE(any_long) << "what is severe survives";
}

TEST(HugeTrace, WithTwoThreadsKnowsTheSameAsWithOne) {
  const busy_trace& busy = busy_trace::get();
  model_limits two = small_parts();
  two.parallel_events = 1000;
  const auto by_one = busy.huge(small_parts());
  const auto by_two = busy.huge(two);

  ASSERT_TRUE(by_one->is_indexed());
  ASSERT_EQ(by_two->coroutine_count(), busy.exact.coroutine_count());
  const lane_index &a = *by_one->roughly(busy.exact.whole()), &b = *by_two->roughly(busy.exact.whole());
  for (coroutine_index c = 0; c < by_one->coroutine_count(); ++c) {
    const std::uint64_t id = by_one->record(c).id;
    EXPECT_EQ(a.buckets_of(a.lane_of(id)), b.buckets_of(b.lane_of(id)));
    EXPECT_EQ(by_two->label(c), busy.exact.label(c));
  }
  EXPECT_EQ(by_two->held_runs(), busy.exact.held_runs());
}

TEST(HugeTrace, WhatIsInViewIsExact) {
  const busy_trace& busy = busy_trace::get();
  const auto huge = busy.huge(small_parts());
  std::mt19937_64 random(1);
  int shown = 0;
  for (int i = 0; i < 40; ++i) {
    const std::uint64_t first = random() % (busy.exact.event_count() - 3000);
    const time_range range{busy.exact.events().at(first).t_ns, busy.exact.events().at(first + 1500).t_ns};
    if (range.length_ns() <= 0) continue;
    huge->look_at(range, 1000);
    huge->finish_work();
    const trace_part* part = huge->exactly(range);
    ASSERT_NE(part, nullptr);
    ++shown;
    for (const coroutine_track& c : part->coroutines()) {
      const track& exact = busy.exact.track_of(c.who)->states;
      for (std::size_t s = 0; s < c.states.size(); ++s) {
        const transition& is = c.states[s];
        const std::size_t place = exact.find_event(std::max(is.event, part->begin_event() - 1));
        ASSERT_NE(place, track::npos);
        ASSERT_EQ(is.kind(), exact[place].kind());
        if (is.event < part->begin_event()) continue;  // it started before the part
        ASSERT_EQ(is.event, exact[place].event);
        ASSERT_EQ(is.t_ns, exact[place].t_ns);
        ASSERT_EQ(is.reason(), exact[place].reason());
      }
      ASSERT_EQ(c.states[c.states.size() - 1].kind(), exact[exact.find_event(part->end_event() - 1)].kind());
    }
    for (const wake& w : part->wakes()) {
      const wake* same = busy.exact.wake_at(w.event);
      ASSERT_NE(same, nullptr);
      EXPECT_EQ(w.target, same->target);
      EXPECT_EQ(w.waker, same->waker);
    }
  }
  EXPECT_GT(shown, 20);
}

TEST(HugeTrace, IsNotExactWhereTooMuchIsInView) {
  const busy_trace& busy = busy_trace::get();
  const auto huge = busy.huge(small_parts());

  huge->look_at(busy.exact.whole(), busy.exact.whole().length_ns() / 500);
  huge->finish_work();

  EXPECT_EQ(huge->exactly(busy.exact.whole()), nullptr);
}

TEST(HugeTrace, IsRefinedToColumnsWhereTheIndexIsTooCoarse) {
  const busy_trace& busy = busy_trace::get();
  model_limits limits = small_parts();
  limits.columns = 64;
  limits.view_events = 10;
  const auto huge = busy.huge(limits);
  const time_range whole = busy.exact.whole();
  const time_range range{whole.begin_ns + whole.length_ns() / 20, whole.begin_ns + whole.length_ns() / 5};
  const std::int64_t coarse_ns = huge->roughly(range)->scale().bucket_ns;

  huge->look_at(range, range.length_ns() / 500);
  huge->finish_work();

  const lane_index& fine = *huge->roughly(range);
  EXPECT_LT(fine.scale().bucket_ns, coarse_ns / 20);
  for (coroutine_index c = 0; c < busy.exact.coroutine_count(); ++c) {
    const std::uint32_t lane = fine.lane_of(busy.exact.record(c).id);
    const track::sums exact = busy.exact.track_of(c)->states.sums_in(range, busy.exact.end_ns());
    const mip_sums rough = lane == lane_index::no_lane ? mip_sums{} : fine.sums_in(lane, range);
    for (std::size_t k = 1; k < exact.size(); ++k) {
      EXPECT_NEAR(rough.ns[k], static_cast<double>(exact[k]), static_cast<double>(range.length_ns()) / 100);
    }
  }
}

// The view ends in a pause: the next event comes long after it.
TEST(HugeTrace, APauseBehindTheViewCostsNothing) {
  std::string lines = "0.000 T0 spawn slot=1 id=1\n0.000 T0 enter to=1\n";
  for (int i = 1; i < 50; ++i) lines += "0.000" + std::to_string(100 + i) + " T0 yield to=1\n";
  lines += "3000.000 T0 finish to=0 status=done\n";
  std::vector<std::uint8_t> bytes = weft::tests::trace_bytes(lines);
  model_limits limits;
  limits.view_events = 5;
  trace_model huge(diary::history(diary::reader::from_bytes(std::move(bytes), "pause"), diary::history::effort::told),
                   limits);
  huge.finish_work();
  const time_range range{100'000, 200'000};

  huge.look_at(range, 10);
  huge.finish_work();

  const lane_index& fine = *huge.roughly(range);
  EXPECT_LE(fine.scale().bucket_ns, 20);
  EXPECT_LT(fine.memory_bytes(), 1'000'000u);
  const mip_sums end = fine.sums_in(0, {180'000, 190'000});
  EXPECT_NEAR(end.ns[static_cast<std::size_t>(span_kind::running)], 10'000, 1) << "it goes on through the pause";
}

TEST(HugeTrace, BrokenFilesNeverBreakIt) {
  const support::temporary_trace file;
  std::ifstream in(tests::recorded_busy_program(file, 60), std::ios::binary);
  const std::vector<std::uint8_t> good{std::istreambuf_iterator<char>(in), {}};
  std::mt19937_64 random(7);
  for (int i = 0; i < 150; ++i) {
    std::vector<std::uint8_t> bytes = good;
    for (int flips = 0; flips < 20; ++flips) {
      std::uint8_t& byte = bytes[4096 + random() % (bytes.size() - 4096)];
      byte = static_cast<std::uint8_t>(byte ^ (1u << random() % 8));
    }
    model_limits limits = small_parts();
    limits.parallel_events = i % 2 == 0 ? 100 : UINT64_MAX;
    limits.view_events = i % 3 == 0 ? 10 : 2000;
    try {
      trace_model huge(
          diary::history(diary::reader::from_bytes(std::move(bytes), "broken"), diary::history::effort::told), limits);
      huge.finish_work();
      const time_range whole = huge.whole();
      huge.look_at({whole.begin_ns + whole.length_ns() / 4, whole.begin_ns + whole.length_ns() / 2},
                   whole.length_ns() / 2000 + 1);
      huge.finish_work();
      for (std::uint64_t n = 0; n < huge.event_count(); n += 500) {
        next_switch(huge, n, direction::back);
        huge.state_after(n);
      }
      EXPECT_LT(huge.roughly(whole)->memory_bytes(), std::size_t{80} << 20);
    } catch (const diary::file_error&) {
      continue;  // the header was damaged
    }
  }
}

TEST(HugeTrace, StepsGoWhereTheyGoInAnExactOne) {
  const busy_trace& busy = busy_trace::get();
  const auto huge = busy.huge(small_parts());
  std::mt19937_64 random(2);
  for (int i = 0; i < 200; ++i) {
    const std::uint64_t from = random() % busy.exact.event_count();
    const auto c = static_cast<coroutine_index>(random() % 41);  // main, producers and consumers
    for (const direction d : {direction::forth, direction::back}) {
      ASSERT_EQ(next_switch(*huge, from, d), next_switch(busy.exact, from, d)) << from;
      ASSERT_EQ(next_span(*huge, c, from, d), next_span(busy.exact, c, from, d)) << from << " of " << c;
      ASSERT_EQ(next_of_coroutine(*huge, c, from, d), next_of_coroutine(busy.exact, c, from, d)) << from << " " << c;
      const wake* is = next_wake(*huge, c, from, d);
      const wake* exact = next_wake(busy.exact, c, from, d);
      ASSERT_EQ(is == nullptr, exact == nullptr) << from << " of " << c;
      ASSERT_EQ(is != nullptr ? is->event : 0, exact != nullptr ? exact->event : 0);
    }
    ASSERT_EQ(huge->running_before(0, from), busy.exact.running_before(0, from));
  }
}

TEST(HugeTrace, KnowsTheStateAfterAnyEvent) {
  const busy_trace& busy = busy_trace::get();
  const auto huge = busy.huge(small_parts());
  std::mt19937_64 random(3);
  for (int i = 0; i < 60; ++i) {
    const std::uint64_t n = i == 0 ? 0 : i == 1 ? busy.exact.event_count() : random() % busy.exact.event_count();
    const diary::scheduler_state is = huge->state_after(n), exact = busy.exact.state_after(n);
    ASSERT_EQ(is.applied(), exact.applied());
    ASSERT_EQ(is.live_count(), exact.live_count());
    ASSERT_EQ(is.threads().size(), exact.threads().size());
    for (std::size_t t = 0; t < is.threads().size(); ++t) {
      ASSERT_EQ(is.threads()[t].running_slot, exact.threads()[t].running_slot) << n;
      ASSERT_TRUE(is.threads()[t].ready == exact.threads()[t].ready) << n;
    }
  }
}

TEST(HugeTrace, IsFilledLittleByLittle) {
  const busy_trace& busy = busy_trace::get();
  trace_model huge(busy.untold(), small_parts());
  EXPECT_TRUE(huge.has_work());
  EXPECT_FALSE(huge.is_indexed());
  double last = huge.progress();
  int steps = 0;
  while (huge.has_work()) {
    EXPECT_TRUE(huge.work(std::chrono::steady_clock::now()));
    EXPECT_GT(huge.progress(), last);
    last = huge.progress();
    ++steps;
  }
  EXPECT_GT(steps, 2);
  EXPECT_TRUE(huge.is_indexed());
  EXPECT_TRUE(huge.is_whole());
}

TEST(HugeTrace, HasTheFindingsAndSumsOfAnExactOne) {
  const busy_trace& busy = busy_trace::get();
  const std::vector<finding_group> exact = find_all(busy.exact, false);
  diary::history names = busy.untold();
  const std::atomic<bool> stops{false};
  const analysis is = analyse(names, busy.exact.limits().long_run_ns, false, stops);

  ASSERT_EQ(is.findings.size(), exact.size());
  ASSERT_FALSE(exact.empty());
  for (std::size_t i = 0; i < exact.size(); ++i) {
    EXPECT_EQ(is.findings[i].title, exact[i].title);
    EXPECT_EQ(is.findings[i].count, exact[i].count);
    EXPECT_EQ(is.findings[i].sum_ns, exact[i].sum_ns);
    EXPECT_EQ(is.findings[i].worst.detail, exact[i].worst.detail);
    EXPECT_EQ(is.findings[i].worst.evidence, exact[i].worst.evidence);
    EXPECT_EQ(is.findings[i].worst.who, exact[i].worst.who);
  }
  std::vector<coroutine_summary> sums = summarise_all(busy.exact);
  ASSERT_EQ(is.summaries.size(), sums.size());
  for (const coroutine_summary& s : is.summaries) {
    const coroutine_summary e = summarise(busy.exact, s.who);
    EXPECT_EQ(s.runs, e.runs);
    EXPECT_EQ(s.run_ns, e.run_ns);
    EXPECT_EQ(s.ready_ns, e.ready_ns);
    EXPECT_EQ(s.blocked_ns, e.blocked_ns);
    EXPECT_EQ(s.longest_run_ns, e.longest_run_ns);
    EXPECT_EQ(s.delay.max_ns(), e.delay.max_ns());
    EXPECT_NEAR(static_cast<double>(s.delay.percentile_ns(50)), static_cast<double>(e.delay.percentile_ns(50)),
                static_cast<double>(e.delay.percentile_ns(50)) / 60 + 1);
  }
  const diary::history::totals_record& totals = busy.exact.history().totals();
  EXPECT_EQ(is.totals.coroutines, totals.coroutines);
  EXPECT_EQ(is.totals.finished, totals.finished);
  EXPECT_EQ(is.totals.switches, totals.switches);
  EXPECT_EQ(is.totals.polls, totals.polls);
  EXPECT_EQ(is.totals.run_ns, totals.run_ns);
  EXPECT_EQ(is.totals.idle_ns, totals.idle_ns);
}

}  // namespace
}  // namespace weft::viz
