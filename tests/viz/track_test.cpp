#include "model/track.hpp"

#include <gtest/gtest.h>

#include "model/pixel_spans.hpp"

namespace weft::viz {
namespace {

using s = diary::coroutine_status;
using r = diary::wait_reason;

// Runs 1 ns in every 10, sleeps the rest; in round `long_at` it runs for 5000 ns.
track busy_track(std::size_t rounds, std::size_t long_at) {
  track t(1000);
  std::int64_t now = 0;
  for (std::size_t i = 0; i < rounds; ++i) {
    t.append({now, 2 * i, s::running, r::none});
    now += i == long_at ? 5000 : 1;
    t.append({now, 2 * i + 1, s::blocked, r::sleep});
    now += 9;
  }
  return t;
}

std::int64_t slow_sum(const track& t, span_kind kind, time_range range, std::int64_t end) {
  std::int64_t sum = 0;
  for (std::size_t i = 0; i < t.size(); ++i) {
    const time_range span = t.span(i, end);
    const std::int64_t length = std::min(span.end_ns, range.end_ns) - std::max(span.begin_ns, range.begin_ns);
    if (t[i].kind() == kind && length > 0) sum += length;
  }
  return sum;
}

TEST(Track, FindsTheStateThatHoldsAtATime) {
  track t(1000);
  t.append({10, 1, s::ready, r::none});
  t.append({20, 4, s::running, r::none});
  t.append({20, 5, s::blocked, r::mutex});

  EXPECT_EQ(t.find_time(9), track::npos);
  EXPECT_EQ(t.find_time(19), 0u);
  EXPECT_EQ(t.find_time(20), 2u);
  EXPECT_EQ(t.find_event(0), track::npos);
  EXPECT_EQ(t.find_event(4), 1u);
  EXPECT_EQ(t.find_event(100), 2u);
}

TEST(Track, AHintDoesNotChangeWhatIsFound) {
  const track t = busy_track(500, 7);
  for (std::int64_t at = 0; at < 10'000; at += 37) {
    for (const std::size_t hint : {std::size_t{0}, std::size_t{3}, std::size_t{400}, std::size_t{5000}}) {
      ASSERT_EQ(t.find_time(at, hint), t.find_time(at)) << at << " from " << hint;
    }
  }
}

TEST(Track, SumsOverARangeEqualTheSumOverItsStates) {
  const track t = busy_track(1000, 321);
  const std::int64_t end = 20'000;
  const auto running = static_cast<std::size_t>(span_kind::running);
  const auto sleeping = static_cast<std::size_t>(span_kind::sleeping);
  for (const time_range range :
       {time_range{0, 1}, time_range{5, 640}, time_range{100, 9000}, time_range{3211, 8219}, time_range{0, 20'000}}) {
    const track::sums sums = t.sums_in(range, end);
    EXPECT_EQ(sums[running], slow_sum(t, span_kind::running, range, end)) << range.begin_ns;
    EXPECT_EQ(sums[sleeping], slow_sum(t, span_kind::sleeping, range, end)) << range.begin_ns;
  }
}

TEST(Track, KnowsItsLongRuns) {
  const track t = busy_track(100, 50);

  ASSERT_EQ(t.long_runs().size(), 1u);
  EXPECT_EQ(t.long_runs()[0], 100u);
  EXPECT_EQ(t.long_run_in({0, 500}, 6000), track::npos);
  EXPECT_EQ(t.long_run_in({0, 501}, 6000), 100u);
  EXPECT_EQ(t.long_run_in({5499, 5600}, 6000), 100u);
  EXPECT_EQ(t.long_run_in({5500, 5600}, 6000), track::npos);
}

TEST(Track, ARunThatStillGoesOnCanBeLong) {
  track t(1000);
  t.append({0, 0, s::running, r::none});

  EXPECT_EQ(t.long_run_in({0, 10}, 999), track::npos);
  EXPECT_EQ(t.long_run_in({0, 10}, 1000), 0u);
}

TEST(PixelSpans, AreExactWhereThereIsRoom) {
  track t(1000);
  t.append({0, 0, s::ready, r::none});
  t.append({100, 1, s::running, r::none});
  t.append({300, 2, s::blocked, r::fd_readable});

  const auto spans = pixel_spans(t, fit({0, 1000}, 1000), 1000, 1000);

  ASSERT_EQ(spans.size(), 3u);
  EXPECT_EQ(spans[0].kind, span_kind::ready);
  EXPECT_DOUBLE_EQ(spans[1].x0, 100);
  EXPECT_DOUBLE_EQ(spans[1].x1, 300);
  EXPECT_EQ(spans[2].kind, span_kind::io);
  EXPECT_FALSE(spans[2].merged);
}

TEST(PixelSpans, NumberIsBoundedByPixelsHoweverManyStatesThereAre) {
  const track t = busy_track(200'000, 200'001);

  const auto spans = pixel_spans(t, fit({0, 2'000'000}, 800), 800, 2'000'000);

  EXPECT_LE(spans.size(), 401u);
  EXPECT_TRUE(spans[100].merged);
  EXPECT_NEAR(spans[100].running_share, 0.1f, 0.01f);
  EXPECT_EQ(spans[100].kind, span_kind::sleeping);
}

TEST(PixelSpans, ARareLongRunNeverVanishes) {
  const track t = busy_track(200'000, 100'000);
  const std::int64_t end = 2'005'000;
  for (const double width : {4000.0, 800.0, 100.0, 10.0}) {
    const auto spans = pixel_spans(t, fit({0, end}, width), width, end);
    const auto marked = std::count_if(spans.begin(), spans.end(), [](const pixel_span& p) { return p.long_run; });
    EXPECT_GE(marked, 1) << "at " << width << " pixels";
    EXPECT_LE(marked, 15) << "at " << width << " pixels";
  }
}

TEST(PixelSpans, AShortRunInALongSleepStaysVisible) {
  track t(1000);
  t.append({0, 0, s::blocked, r::sleep});
  t.append({500'000, 1, s::running, r::none});
  t.append({500'001, 2, s::blocked, r::sleep});

  const auto spans = pixel_spans(t, fit({0, 1'000'000}, 100), 100, 1'000'000);

  EXPECT_TRUE(std::any_of(spans.begin(), spans.end(), [](const pixel_span& p) { return p.any_running; }));
}

TEST(PixelSpans, StatesOfNoLengthDoNotHideTheOneThatFollows) {
  track t(1000);
  t.append({0, 0, s::blocked, r::mutex});
  t.append({100, 1, s::ready, r::none});
  t.append({100, 2, s::running, r::none});

  const auto spans = pixel_spans(t, fit({0, 200}, 200), 200, 200);

  ASSERT_EQ(spans.size(), 2u);
  EXPECT_EQ(spans[1].kind, span_kind::running);
  EXPECT_DOUBLE_EQ(spans[1].x0, 100);
}

TEST(PixelSpans, AreOrderedAndDoNotOverlap) {
  const track t = busy_track(3000, 1500);
  const auto spans = pixel_spans(t, fit({4000, 16'000}, 777), 777, 35'000);
  ASSERT_FALSE(spans.empty());
  for (std::size_t i = 1; i < spans.size(); ++i) {
    ASSERT_GE(spans[i].x0, spans[i - 1].x1 - 1e-9) << i;
  }
}

}  // namespace
}  // namespace weft::viz
