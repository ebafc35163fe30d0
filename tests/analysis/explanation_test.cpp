// Why a coroutine does not run. tests/cli/questions_test.cpp tests the text for correct traces, with the command.
#include "analysis/explanation.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/text_traces.hpp"

namespace weft::viz {
namespace {

TEST(Explanation, HasALinkAlsoForAnIdThatNoCoroutineCanHave) {
  const diary::history trace = tests::trace_history("0.0 T0 spawn slot=1 id=0\n0.0 T0 enter to=1\n");
  ASSERT_TRUE(trace.coroutines().empty());

  EXPECT_FALSE(explain(trace, 2, 0, 0).links.empty());
}

// A consumer waits for a queue again; `givers` is what happens in between.
std::string waits_for_orders(const std::string& givers) {
  return "0.001 T0 string id=1 text=\"consumer\"\n0.001 T0 string id=2 text=\"first\"\n0.001 T0 string id=3 "
         "text=\"second\"\n"
         "0.001 T0 object id=1 kind=queue text=\"orders\"\n0.001 T0 object id=2 kind=task text=\"\"\n"
         "0.001 T0 spawn slot=1 id=1 called=1\n0.001 T0 spawn slot=2 id=2 called=2\n0.001 T0 spawn slot=3 id=3 "
         "called=3\n0.001 T0 enter to=1\n0.002 T0 block to=2 reason=queue_get object=1\n" +
         givers;
}

explanation why_at_end_of(const std::string& text) {
  const diary::history trace = tests::trace_history(text);
  return explain(trace, trace.source().event_count(), trace.source().info().last_ns, 1);
}

// The giver joins the consumer, which waits for the queue: if the queue had an owner, that would be a cycle.
constexpr const char* first_gives_and_joins =
    "0.003 T0 queue_put object=1 depth=0\n0.003 T0 wake slot=1 cause=granted object=1\n"
    "0.004 T0 block to=3 reason=join object=2 owner=1\n";

TEST(Explanation, NeverCallsACycleWhatIsAGuess) {
  const explanation found = why_at_end_of(waits_for_orders(first_gives_and_joins) +
                                          "0.005 T0 sleep to=1 delay_ns=20000000\n"
                                          "0.006 T0 block to=0 reason=queue_get object=1\n");

  EXPECT_EQ(found.end, chain_end::unknown);
  ASSERT_EQ(found.links.size(), 2u);
  EXPECT_EQ(found.links[1].how, because::last_waker);
  EXPECT_THAT(found.end_text, ::testing::HasSubstr("no deadlock that the diary shows"));
}

TEST(Explanation, NamesAllWhoEverGaveAlsoThoseThatGiveLater) {
  const std::string text = waits_for_orders(first_gives_and_joins) +
                           "0.005 T0 sleep to=1 delay_ns=20000000\n"
                           "0.006 T0 block to=0 reason=queue_get object=1\n";
  const std::uint64_t here = tests::trace_history(text).source().event_count();
  const diary::history trace =
      tests::trace_history(text +
                           "0.025 T0 wake_timer slot=3 cause=expired lateness_ns=0\n0.025 T0 enter to=3\n"
                           "0.026 T0 wake slot=1 cause=granted object=1\n0.026 T0 finish to=1 status=done\n");

  const explanation found = explain(trace, here, 6'000'000, 1);

  EXPECT_EQ(found.end, chain_end::unknown);
  ASSERT_EQ(found.links.size(), 1u);
  ASSERT_EQ(found.links[0].givers.all.size(), 2u);
  EXPECT_EQ(found.links[0].givers.all[0].coroutine, 2u);
  EXPECT_EQ(found.links[0].givers.all[0].times, 1u);
  EXPECT_EQ(found.links[0].givers.all[1].coroutine, 3u);
  EXPECT_THAT(found.end_text, ::testing::AllOf(::testing::HasSubstr("first (#2), last with event #10, now blocked"),
                                               ::testing::HasSubstr("second (#3), first with event #")));
  EXPECT_THAT(found.links[0].text, ::testing::HasSubstr("It ends in 20.0 ms: second (#3) gives it what it waits for"));
}

TEST(Explanation, WhoCancelsAWaiterGivesNothing) {
  const diary::history trace = tests::trace_history(
      waits_for_orders("0.003 T0 block to=3 reason=queue_get object=1\n0.004 T0 cancel slot=1\n"
                       "0.004 T0 wake slot=1 cause=cancelled object=1\n0.005 T0 sleep to=1 delay_ns=20000000\n"));
  const std::uint64_t count = trace.source().event_count();

  const explanation cancelled = explain(trace, count, 5'000'000, 1);
  const explanation waits = explain(trace, count, 5'000'000, 2);

  EXPECT_THAT(cancelled.links[0].text,
              ::testing::HasSubstr("Its wait (queue get) was cancelled by second (#3) with event #12"));
  EXPECT_TRUE(waits.links[0].givers.all.empty());
  EXPECT_THAT(waits.end_text, ::testing::HasSubstr("nobody ever ended one for the same thing"));
}

TEST(Explanation, ASlotThatWasGivenAwayOwnsNothing) {
  const diary::history trace = tests::trace_history(
      "0.0 T0 object id=9 kind=task text=\"\"\n0.0 T0 spawn slot=1 id=1\n0.0 T0 spawn slot=2 id=2\n0.0 T0 enter to=1\n"
      "0.1 T0 block to=2 reason=join object=9 owner=2\n0.2 T0 finish to=0 status=done\n"
      "0.3 T0 spawn slot=2 id=3\n0.3 T0 enter to=2\n0.4 T0 mark text=\"x\"\n");

  const explanation found = explain(trace, trace.source().event_count(), 400'000'000, 1);

  EXPECT_EQ(found.links.size(), 1u);
  EXPECT_EQ(found.links[0].owner, 0u);
}

}  // namespace
}  // namespace weft::viz
