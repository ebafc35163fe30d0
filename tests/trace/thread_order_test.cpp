// Several threads in one order: by time, then by thread, but never a wake before its waker's event.
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <random>
#include <string>

#include "support/memory_chunks.hpp"
#include "support/text_traces.hpp"

namespace weft::diary {
namespace {

using tests::trace_reader;

std::string texts_of(const reader& r) {
  std::string texts;
  r.for_each(0, r.event_count(), [&](const event& e) {
    texts += e.type == event_type::wake_remote ? "W" : std::string(e.text);
    return true;
  });
  return texts;
}

TEST(ThreadOrder, EventsOfAllThreadsAreOrderedByTime) {
  const reader r = trace_reader(
      "0.3 T0 mark text=\"c\"\n0.5 T0 mark text=\"e\"\n0.1 T1 mark text=\"a\"\n0.4 T1 mark text=\"d\"\n"
      "0.2 T2 mark text=\"b\"\n");

  EXPECT_EQ(texts_of(r), "abcde");
}

TEST(ThreadOrder, EqualTimesAreOrderedByThreadIndex) {
  const reader r =
      trace_reader("0.1 T5 mark text=\"c\"\n0.1 T0 mark text=\"a\"\n0.1 T0 mark text=\"b\"\n0.1 T5 mark text=\"d\"\n");

  EXPECT_EQ(texts_of(r), "abcd");
}

TEST(ThreadOrder, AWakeComesAfterItsWakersEventWhateverTheClocksSay) {
  const reader r = trace_reader(
      "0.5 T0 mark text=\"a\"\n0.6 T0 mark text=\"b\"\n0.7 T0 mark text=\"c\"\n"
      "0.1 T1 wake_remote slot=1 waker_thread_plus_1=1 waker_ordinal=1\n0.2 T1 mark text=\"d\"\n");

  EXPECT_EQ(texts_of(r), "abWdc");
}

TEST(ThreadOrder, AWakersEventThatIsMissingAtTheEndStandsBehindAllThatThreadHas) {
  const reader r =
      trace_reader("0.5 T0 mark text=\"a\"\n0.1 T1 wake_remote slot=1 waker_thread_plus_1=1 waker_ordinal=77\n");

  EXPECT_EQ(texts_of(r), "aW");
}

TEST(ThreadOrder, AWakerWhoseThreadIsInNoFileHoldsNobody) {
  const reader r =
      trace_reader("0.5 T0 mark text=\"a\"\n0.1 T1 wake_remote slot=1 waker_thread_plus_1=9 waker_ordinal=0\n");

  EXPECT_EQ(texts_of(r), "Wa");
}

TEST(ThreadOrder, AWakersEventThatWasLostHoldsNobodyEither) {
  const reader r = trace_reader(
      "0.1 T0 mark text=\"a\"\ngap T0 5\n0.9 T0 mark text=\"b\"\n"
      "0.2 T1 wake_remote slot=1 waker_thread_plus_1=1 waker_ordinal=3\n");

  EXPECT_EQ(texts_of(r), "aWb");
}

TEST(ThreadOrder, ACircleOfWakesIsReadToItsEnd) {
  const reader r = trace_reader(
      "0.1 T0 wake_remote slot=1 waker_thread_plus_1=2 waker_ordinal=0\n0.3 T0 mark text=\"a\"\n"
      "0.2 T1 wake_remote slot=1 waker_thread_plus_1=1 waker_ordinal=0\n0.4 T1 mark text=\"b\"\n");

  EXPECT_EQ(texts_of(r), "WWab");
}

TEST(ThreadOrder, AWakeByItsOwnThreadIsHeldByNobody) {
  const reader r =
      trace_reader("0.1 T0 wake_remote slot=1 waker_thread_plus_1=1 waker_ordinal=9\n0.1 T1 mark text=\"a\"\n");

  EXPECT_EQ(texts_of(r), "Wa");
}

// Threads whose clocks disagree, with many wakes between them.
TEST(ThreadOrder, AnyStartGivesTheSameOrderInARandomTrace) {
  std::mt19937 random(7);
  tests::memory_chunks chunks;
  std::vector<std::unique_ptr<chunk_writer>> writers;
  for (std::uint32_t t = 0; t < 5; ++t) writers.push_back(std::make_unique<chunk_writer>(chunks, t));
  std::uint64_t now = 0;
  for (int i = 0; i < 50'000; ++i) {
    now += random() % 3;
    chunk_writer& writer = *writers[random() % 5];
    const auto waker = static_cast<std::uint32_t>(random() % 5);
    const std::uint64_t ordinal = writers[waker]->next_ordinal();
    if (random() % 10 == 0 && ordinal > 0) {
      const std::uint64_t args[] = {1, 1, 0, waker + 1, ordinal - 1};
      // The clock of the wake's thread is behind.
      writer.append(event_type::wake_remote, now - std::min<std::uint64_t>(now, random() % 20), args, 5);
    } else {
      writer.append(event_type::zone_end, now, nullptr, 0);
    }
  }
  const reader r = reader::from_bytes(chunks.file_bytes(), "random");
  std::vector<event> all;
  r.for_each(0, r.event_count(), [&](const event& e) { return all.push_back(e), true; });

  ASSERT_EQ(all.size(), 50'000u);
  std::vector<std::uint64_t> next(5);
  for (const event& e : all) {
    ASSERT_EQ(e.ordinal, next[e.thread]++);
    if (e.type == event_type::wake_remote && e.args[3] - 1 != e.thread) {
      ASSERT_LT(e.args[4], next[e.args[3] - 1]);
    }
  }
  for (std::uint64_t n = 0; n < all.size(); n += 997) {
    const event e = r.at(n);
    ASSERT_EQ(std::pair(e.thread, e.ordinal), std::pair(all[n].thread, all[n].ordinal)) << n;
  }
}

}  // namespace
}  // namespace weft::diary
