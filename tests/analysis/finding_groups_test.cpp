// Findings of one cause at one site are one: counted, added up, the worst first.
#include "analysis/finding_groups.hpp"

#include <gtest/gtest.h>

#include "analysis/findings.hpp"
#include "support/text_traces.hpp"

namespace weft::tests {
namespace {

using viz::finding;
using viz::finding_group;
using viz::finding_groups;
using viz::finding_kind;
using viz::time_range;

constexpr time_range run{0, 1000};

finding held(std::int64_t begin_ns, std::int64_t end_ns, std::uint64_t coroutine = 1, const char* site = "a.cpp:1") {
  finding f;
  f.kind = finding_kind::held_thread;
  f.site = site;
  f.coroutine = coroutine;
  f.name = "worker " + std::to_string(coroutine);
  f.title = f.name + " held the thread for " + viz::duration_text(end_ns - begin_ns);
  f.when = {begin_ns, end_ns};
  f.lasted_ns = end_ns - begin_ns;
  f.evidence = static_cast<std::uint64_t>(begin_ns);
  return f;
}

std::vector<finding_group> grouped(std::vector<finding> all, std::vector<time_range> paused = {},
                                   std::int64_t new_from_ns = INT64_MAX) {
  finding_groups groups;
  for (finding& f : all) groups.add(std::move(f));
  return groups.finish(run, paused, new_from_ns);
}

TEST(FindingGroups, AreOneForEachSite) {
  const auto groups = grouped({held(0, 100), held(200, 210, 2, "b.cpp:2"), held(300, 320)});

  ASSERT_EQ(groups.size(), 2u);
  EXPECT_EQ(groups[0].site, "a.cpp:1");
  EXPECT_EQ(groups[0].count, 2u);
  EXPECT_EQ(groups[0].sum_ns, 120);
  EXPECT_DOUBLE_EQ(groups[0].share, 0.12);
  EXPECT_EQ(groups[1].count, 1u);
}

TEST(FindingGroups, AreOneForEachCauseOfASite) {
  finding read = held(0, 100), write = held(200, 300);
  read.cause = "read";
  write.cause = "write";

  EXPECT_EQ(grouped({read, write}).size(), 2u);
}

TEST(FindingGroups, NameTheWorstAndHaveTheRestInOrderOfTime) {
  const finding_group g = grouped({held(500, 520), held(0, 10), held(100, 150)})[0];

  EXPECT_EQ(g.worst.when.begin_ns, 100);
  ASSERT_EQ(g.instances.size(), 3u);
  EXPECT_EQ(g.instances[0].when.begin_ns, 0);
  EXPECT_EQ(g.instances[2].when.begin_ns, 500);
}

TEST(FindingGroups, OfOneInstanceHaveItsTitle) {
  EXPECT_EQ(grouped({held(0, 100)})[0].title, "worker 1 held the thread for 100 ns");
}

TEST(FindingGroups, OfOneCoroutineNameIt) {
  EXPECT_EQ(grouped({held(0, 100), held(200, 250)})[0].title, "worker 1 held the thread 2 times, for 150 ns in all");
}

TEST(FindingGroups, OfSeveralCoroutinesCountThem) {
  EXPECT_EQ(grouped({held(0, 100, 1), held(200, 250, 2), held(300, 310, 2)})[0].title,
            "2 coroutines held the thread 3 times, for 160 ns in all");
}

TEST(FindingGroups, ShareIsOfTheTimeInWhichAtLeastOneLasted) {
  EXPECT_DOUBLE_EQ(grouped({held(0, 100), held(50, 150, 2), held(120, 130, 3)})[0].share, 0.15);
  EXPECT_DOUBLE_EQ(grouped({held(0, 1000), held(0, 1000, 2)})[0].share, 1);
}

TEST(FindingGroups, APauseCountsNowhere) {
  finding f = held(0, 300);
  f.lasted_ns = 100;
  const finding_group g = grouped({f}, {{50, 250}})[0];

  EXPECT_EQ(g.sum_ns, 100);
  EXPECT_DOUBLE_EQ(g.share, 100.0 / 800);
}

TEST(FindingGroups, ComeBySeverityThenBySum) {
  finding cycle = held(0, 1), unjoined = held(0, 1000);
  cycle.kind = finding_kind::wait_cycle;
  unjoined.kind = finding_kind::never_joined;

  const auto groups = grouped({unjoined, held(0, 10, 1, "short.cpp:1"), held(0, 20, 1, "long.cpp:1"), cycle});

  ASSERT_EQ(groups.size(), 4u);
  EXPECT_EQ(groups[0].kind, finding_kind::wait_cycle);
  EXPECT_EQ(groups[1].site, "long.cpp:1");
  EXPECT_EQ(groups[2].site, "short.cpp:1");
  EXPECT_EQ(groups[3].kind, finding_kind::never_joined);
}

TEST(FindingGroups, AreNewIfOneEndedJustNow) {
  const auto groups = grouped({held(0, 100), held(700, 900, 2, "b.cpp:2")}, {}, 800);

  EXPECT_TRUE(groups[0].is_new);
  EXPECT_FALSE(groups[1].is_new);
}

TEST(FindingGroups, CountAllAndKeepTheWorstOfVeryMany) {
  constexpr auto many = static_cast<std::int64_t>(3 * finding_groups::most_instances);
  finding_groups groups;
  for (std::int64_t i = 0; i < many; ++i) groups.add(held(i, i + (i < 10 ? 1 : 2)));

  const finding_group g = groups.finish({0, many + 2}, {})[0];

  EXPECT_EQ(g.count, static_cast<std::uint64_t>(many));
  EXPECT_EQ(g.sum_ns, 2 * many - 10);
  EXPECT_EQ(g.instances.size(), finding_groups::most_instances);
  EXPECT_EQ(g.instances.front().when.begin_ns, 10);
  EXPECT_LE(g.share, 1);
}

TEST(FindingGroups, OfATraceGiveEachSiteItsOwn) {
  std::string text = "complete yes\n0.000 T0 string id=1 text=\"hog\"\n0.000 T0 string id=2 text=\"src/a.cpp\"\n";
  text += "0.000 T0 site id=1 file=2 line=7 function=0\n";
  text += "0.000 T0 spawn slot=1 id=1 parent=0 called=1 site=1\n0.000 T0 enter to=1\n";
  text += "0.020 T0 yield to=1\n0.050 T0 yield to=1\n0.060 T0 yield to=1\n0.100 T0 finish to=0 status=done\n";
  const viz::trace_model trace(trace_history(text));

  const auto groups = find_all(trace, false);

  ASSERT_EQ(groups.size(), 1u);
  EXPECT_EQ(groups[0].site, "a.cpp:7");
  EXPECT_EQ(groups[0].count, 4u);
  EXPECT_EQ(groups[0].sum_ns, 100'000'000);
  EXPECT_DOUBLE_EQ(groups[0].share, 1);
  EXPECT_EQ(groups[0].worst.when, (time_range{60'000'000, 100'000'000}));
  EXPECT_EQ(groups[0].title, "hog held the thread 4 times, for 100 ms in all");
}

TEST(ShareText, HasAsManyDigitsAsItNeeds) {
  EXPECT_EQ(viz::share_text(0), "0 %");
  EXPECT_EQ(viz::share_text(0.0001), "<0.1 %");
  EXPECT_EQ(viz::share_text(0.012), "1.2 %");
  EXPECT_EQ(viz::share_text(0.42), "42 %");
  EXPECT_EQ(viz::share_text(1), "100 %");
}

}  // namespace
}  // namespace weft::tests
