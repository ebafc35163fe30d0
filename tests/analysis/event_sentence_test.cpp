// What an event did and what follows, in one sentence.
#include "analysis/event_sentence.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/text_traces.hpp"

namespace weft::viz {
namespace {

using ::testing::HasSubstr;

// A producer (1), a consumer (2) and main (3), which begins; a queue (1), two mutexes (2, 3), a task (4), an event (5).
constexpr const char* beginning =
    "0.0 T0 string id=1 text=\"producer\"\n0.0 T0 string id=2 text=\"consumer\"\n0.0 T0 string id=3 text=\"main\"\n"
    "0.0 T0 object id=1 kind=queue text=\"items\"\n0.0 T0 object id=2 kind=mutex text=\"a\"\n"
    "0.0 T0 object id=3 kind=mutex text=\"b\"\n0.0 T0 object id=4 kind=task text=\"\"\n"
    "0.0 T0 object id=5 kind=event text=\"go\"\n"
    "0.0 T0 spawn slot=3 id=3 called=3\n0.0 T0 enter to=3\n0.0 T0 spawn slot=1 id=1 parent=3 called=1\n"
    "0.0 T0 spawn slot=2 id=2 parent=3 called=2\n";
constexpr const char* producer_runs = "0.001 T0 block to=1 reason=join object=4 owner=1\n";

// The sentence of the last event of the trace.
std::string last_sentence(const std::string& lines) {
  const diary::history trace = tests::trace_history(beginning + lines);
  return event_sentence_of(trace, trace.source().event_count() - 1).text();
}

std::string of_producer(const std::string& lines) { return last_sentence(producer_runs + lines); }

TEST(EventSentence, PutWithRoomDoesNotSwitch) {
  EXPECT_EQ(of_producer("0.002 T0 queue_put object=1 depth=1\n"),
            "put: room for it in queue “items” (1 in it now), producer keeps the thread; nobody waited in get");
}

TEST(EventSentence, YieldSwitches) {
  EXPECT_EQ(of_producer("0.002 T0 yield to=2\n"),
            "yield: producer goes behind consumer, the first of 1 ready; consumer runs");
}

TEST(EventSentence, YieldToNobodyKeepsTheThread) {
  EXPECT_EQ(of_producer("0.002 T0 sleep to=2 delay_ns=1000000\n0.003 T0 yield to=2\n"),
            "yield: nobody else is ready, consumer keeps the thread");
}

TEST(EventSentence, PutNamesWhoWaitedAndTheWake) {
  const std::string waits = "0.002 T0 yield to=2\n0.003 T0 block to=1 reason=queue_get object=1\n";
  EXPECT_EQ(of_producer("0.002 T0 yield to=2\n0.003 T0 block to=1 reason=queue_get object=1\n"),
            "get: nothing for it in queue “items”, consumer waits for a put; producer, the first of 1 ready, runs");
  const diary::history trace =
      tests::trace_history(beginning + std::string(producer_runs) + waits +
                           "0.004 T0 queue_put object=1 depth=1\n0.004 T0 wake slot=2 cause=granted object=1\n");
  EXPECT_EQ(event_sentence_of(trace, 15).text(),
            "put: room for it in queue “items” (1 in it now), producer keeps the thread; consumer waited in get and "
            "becomes ready with #16");
  EXPECT_EQ(event_sentence_of(trace, 16).text(),
            "wake: what it waits for (queue get, queue “items”) is there, consumer, after 1.00 ms (since #14), stands "
            "ready, the first of 1; producer keeps the thread");
}

TEST(EventSentence, ALateTimerNamesWhoHeldTheThread) {
  EXPECT_THAT(of_producer("0.002 T0 sleep to=2 delay_ns=1000000\n0.0167 T0 yield to=2\n"
                          "0.0167 T0 wake_timer slot=1 cause=granted lateness_ns=13700000\n"),
              HasSubstr("wake: the timer is 13.7 ms late, consumer held the thread for 14.7 ms (since #13); producer"));
}

TEST(EventSentence, TheWaitThatClosesACircleIsADeadlock) {
  EXPECT_THAT(of_producer("0.002 T0 lock_acquired object=2\n0.002 T0 yield to=2\n0.003 T0 lock_acquired object=3\n"
                          "0.003 T0 block to=1 reason=mutex object=2 owner=1\n"
                          "0.004 T0 block to=0 reason=mutex object=3 owner=2\n"),
              HasSubstr("acquire: producer waits for mutex “b”, which consumer holds; producer and consumer now wait "
                        "for each other, so none of them can go on by itself: a deadlock; nobody is ready"));
}

TEST(EventSentence, ANotificationThatNobodyHearsIsLost) {
  EXPECT_THAT(of_producer("0.002 T0 notify_unheard object=5\n"), HasSubstr("this wakes nobody"));
}

TEST(EventSentence, ClearingAnEventNamesWhoWasWokenByItAndDidNotRunYet) {
  EXPECT_THAT(of_producer("0.002 T0 yield to=2\n0.003 T0 block to=1 reason=event object=5\n"
                          "0.004 T0 event_set object=5\n0.004 T0 wake slot=2 cause=granted object=5\n"
                          "0.004 T0 event_clear object=5\n"),
              HasSubstr("consumer was woken by the set and did not run yet"));
}

TEST(EventSentence, CancelSaysWhatItEnds) {
  EXPECT_EQ(of_producer("0.002 T0 cancel slot=3\n"),
            "cancel: producer asks main to end; its wait (join) is what ends first; producer keeps the thread");
  EXPECT_THAT(of_producer("0.002 T0 cancel slot=2\n"), HasSubstr("asks consumer to end; it has not begun"));
}

TEST(EventSentence, OrderOnlyHasNoDurations) {
  const std::string text =
      "flags 1\n" + std::string(beginning) + producer_runs + "0.002 T0 wake slot=3 cause=granted object=4\n";
  const diary::history trace = tests::trace_history(text);
  ASSERT_TRUE(trace.source().info().order_only);
  EXPECT_THAT(event_sentence_of(trace, 13).text(),
              ::testing::AllOf(HasSubstr("main (since #12) stands ready"), ::testing::Not(HasSubstr("after"))));
}

TEST(EventSentence, AnEventBehindTheEndIsNamedAsAbsent) {
  EXPECT_EQ(event_sentence_of(tests::trace_history(""), 0).text(), "no event: the trace is empty");
  EXPECT_EQ(event_sentence_of(tests::trace_history("0.0 T0 thread_stop\n"), 7).text(),
            "no such event: the last one is #0");
}

TEST(EventSentence, PiecesLeadToWhatTheyName) {
  const diary::history trace = tests::trace_history(beginning + std::string(producer_runs) + "0.002 T0 yield to=2\n");
  const event_sentence found = event_sentence_of(trace, 13);
  ASSERT_EQ(found.pieces.size(), 7U);
  EXPECT_EQ(found.pieces[1], (sentence_piece{"producer", sentence_link::coroutine, 1}));
  EXPECT_EQ(found.pieces[5], (sentence_piece{"consumer", sentence_link::coroutine, 2}));
}

// An event of each type, with arguments that mean nothing: the sentences of hostile files are sentences, too.
TEST(EventSentence, EveryTypeOfTheSchemaHasOne) {
  for (const diary::event_schema& schema : diary::all_event_schemas()) {
    const diary::history trace =
        tests::trace_history(std::string(beginning) + producer_runs + "0.002 T0 " + std::string(schema.name) + [&] {
          std::string arguments;
          for (std::size_t i = 0; i < schema.arg_count; ++i) {
            using k = diary::arg_kind;
            const k kind = schema.kinds[i];
            const char* const value = kind == k::status        ? "done"
                                      : kind == k::wait_reason ? "join"
                                      : kind == k::wake_cause  ? "granted"
                                      : kind == k::object_kind ? "mutex"
                                      : kind == k::ready_bits  ? "1"
                                                               : "1";
            arguments += " " + std::string(schema.arg_names[i]) + "=" + value;
          }
          return arguments + (schema.has_text ? " text=\"x\"\n" : "\n");
        }());
    const std::uint64_t last = trace.source().event_count() - 1;
    const std::string text = event_sentence_of(trace, last).text();
    EXPECT_GT(text.size(), 8U) << schema.name;
    EXPECT_THAT(text, ::testing::Not(HasSubstr("does not know"))) << schema.name;
  }
}

// What queue_interleaving records: put, put and yield, joins, ends.
constexpr const char* interleaving =
    "0.002 T0 queue_put object=1 depth=1\n0.002 T0 queue_put object=1 depth=2\n0.003 T0 yield to=2\n"
    "0.003 T0 queue_get object=1 depth=1\n0.003 T0 queue_get object=1 depth=0\n"
    "0.003 T0 block to=1 reason=queue_get object=1\n0.004 T0 queue_put object=1 depth=1\n"
    "0.004 T0 wake slot=2 cause=granted object=1\n0.004 T0 yield to=2\n0.005 T0 queue_get object=1 depth=0\n"
    "0.005 T0 stack_mark slot=2 used_bytes=4096 reserved_bytes=262144\n0.005 T0 finish to=1 status=done\n"
    "0.006 T0 wake slot=3 cause=granted object=4\n0.006 T0 finish to=3 status=done\n"
    "0.007 T0 finish to=0 status=done\n0.007 T0 thread_stop\n";

TEST(EventSentence, NamesWhoRunsAfterEachEvent) {
  const diary::history trace = tests::trace_history(beginning + std::string(producer_runs) + interleaving);
  for (std::uint64_t n = 0; n < trace.source().event_count(); ++n) {
    const std::uint64_t slot = trace.state_after(n + 1).threads()[0].running_slot;
    const std::string name = slot != 0 ? trace.coroutine_label(trace.id_of_slot(slot, n + 1)) : "";
    EXPECT_THAT(event_sentence_of(trace, n).text(), HasSubstr(name)) << "#" << n;
  }
}

}  // namespace
}  // namespace weft::viz
