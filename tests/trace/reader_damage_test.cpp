// Files that are cut, overwritten or malicious: everything before the damage stays readable, and nothing crashes.
#include <gtest/gtest.h>

#include <cstddef>
#include <cstring>
#include <random>
#include <string>

#include "support/memory_chunks.hpp"
#include "support/text_traces.hpp"
#include "trace/state/history.hpp"
#include "trace/state/seek.hpp"

namespace weft::diary {
namespace {

using tests::memory_chunks;
using tests::trace_bytes;

constexpr std::size_t first_chunk = file_header_bytes;
constexpr std::size_t first_event = first_chunk + sizeof(chunk_header);

// Two marks in each of two chunks of one thread, 5 bytes each.
std::vector<std::uint8_t> two_chunks() {
  memory_chunks chunks;
  chunk_writer writer(chunks, 0);
  for (const char* text : {"aa", "bb"}) writer.append_text(event_type::mark, 1, nullptr, 0, text);
  writer.begin_new_chunk();
  for (const char* text : {"cc", "dd"}) writer.append_text(event_type::mark, 2, nullptr, 0, text);
  return chunks.file_bytes();
}

std::string texts_of(const reader& r) {
  std::string texts;
  r.for_each(0, r.event_count(), [&](const event& e) { return texts += e.text, true; });
  return texts;
}

template <class Value>
void put(std::vector<std::uint8_t>& bytes, std::size_t offset, Value value) {
  std::memcpy(bytes.data() + offset, &value, sizeof value);
}

TEST(ReaderDamage, AnUnknownEventTypeEndsItsChunkOnly) {
  std::vector<std::uint8_t> bytes = two_chunks();
  bytes[first_event + 5] = 250;

  const reader r = reader::from_bytes(bytes, "x");

  EXPECT_EQ(texts_of(r), "aaccdd");
  EXPECT_EQ(r.info().damage, std::vector<std::string>{"byte 4165: unknown event type 250"});
}

TEST(ReaderDamage, TheEventsThatDamageHidesCountAsLost) {
  std::vector<std::uint8_t> bytes = two_chunks();
  bytes[first_event] = 250;

  EXPECT_EQ(reader::from_bytes(bytes, "x").info().lost, 2u);
}

TEST(ReaderDamage, ATextLongerThanTheChunkEndsIt) {
  std::vector<std::uint8_t> bytes = two_chunks();
  bytes[first_event + 5 + 2] = 100;

  const reader r = reader::from_bytes(bytes, "x");

  EXPECT_EQ(texts_of(r), "aaccdd");
  EXPECT_EQ(r.info().damage, std::vector<std::string>{"byte 4165: event of type 92 is cut off or too long"});
}

TEST(ReaderDamage, ANumberThatIsCutOffEndsTheChunk) {
  std::vector<std::uint8_t> bytes = two_chunks();
  bytes[first_event + 5 + 1] = 0x80;
  bytes[first_event + 5 + 2] = 0x80;
  bytes[first_event + 5 + 3] = 0x80;
  bytes[first_event + 5 + 4] = 0x80;

  EXPECT_EQ(texts_of(reader::from_bytes(bytes, "x")), "aaccdd");
}

TEST(ReaderDamage, AWrongMagicHidesOneChunk) {
  std::vector<std::uint8_t> bytes = two_chunks();
  bytes[first_chunk] ^= 1;

  const reader r = reader::from_bytes(bytes, "x");

  EXPECT_EQ(texts_of(r), "ccdd");
  EXPECT_EQ(r.info().damage, std::vector<std::string>{"byte 4096: no chunk begins here (wrong magic)"});
}

TEST(ReaderDamage, MoreCommittedThanAChunkHoldsIsReportedAndTheEventsAreRead) {
  std::vector<std::uint8_t> bytes = two_chunks();
  put(bytes, first_chunk + offsetof(chunk_header, committed), std::uint32_t{70'000});

  const reader r = reader::from_bytes(bytes, "x");

  EXPECT_EQ(texts_of(r), "aabbccdd");
  EXPECT_EQ(r.info().damage[0], "byte 4096: says 70000 bytes of events, a chunk holds 65472");
}

TEST(ReaderDamage, AThreadIndexOutOfRangeHidesTheChunk) {
  std::vector<std::uint8_t> bytes = two_chunks();
  put(bytes, first_chunk + offsetof(chunk_header, thread), max_threads);

  EXPECT_EQ(texts_of(reader::from_bytes(bytes, "x")), "ccdd");
}

TEST(ReaderDamage, AChunkThatRepeatsOrdinalsIsNotReadTwice) {
  std::vector<std::uint8_t> bytes = two_chunks();
  put(bytes, first_chunk + chunk_bytes + offsetof(chunk_header, first_ordinal), std::uint64_t{1});

  const reader r = reader::from_bytes(bytes, "x");

  EXPECT_EQ(texts_of(r), "aabb");
  EXPECT_EQ(r.info().damage,
            std::vector<std::string>{"byte 69632: the events from ordinal 1 of thread 0 are there already"});
}

TEST(ReaderDamage, ChunksOutOfPlaceAreReadByOrdinal) {
  std::vector<std::uint8_t> bytes = two_chunks();
  std::swap_ranges(bytes.begin() + first_chunk, bytes.begin() + first_chunk + chunk_bytes,
                   bytes.begin() + first_chunk + chunk_bytes);

  const reader r = reader::from_bytes(bytes, "x");

  EXPECT_EQ(texts_of(r), "aabbccdd");
  EXPECT_TRUE(r.info().damage.empty());
}

TEST(ReaderDamage, ZeroChunksAtTheEndAndBetweenAreNoDamage) {
  std::vector<std::uint8_t> bytes = two_chunks();
  bytes.insert(bytes.begin() + first_chunk + chunk_bytes, chunk_bytes, 0);
  bytes.resize(bytes.size() + 5 * chunk_bytes);

  const reader r = reader::from_bytes(bytes, "x");

  EXPECT_EQ(texts_of(r), "aabbccdd");
  EXPECT_TRUE(r.info().damage.empty());
  EXPECT_EQ(r.info().chunks, 2u);
}

TEST(ReaderDamage, ACompleteFileThatLacksChunksIsTruncated) {
  std::vector<std::uint8_t> bytes = two_chunks();
  put(bytes, offsetof(file_header, complete), std::uint32_t{1});
  put(bytes, offsetof(file_header, chunk_count), std::uint64_t{2});
  EXPECT_FALSE(reader::from_bytes(bytes, "x").info().truncated);

  bytes.resize(first_chunk + chunk_bytes);
  const reader r = reader::from_bytes(bytes, "x");

  EXPECT_TRUE(r.info().truncated);
  EXPECT_EQ(r.info().damage, std::vector<std::string>{"byte 69632: the file is cut: 1 of 2 chunks are not there"});
}

TEST(ReaderDamage, CutAtAnyByteEverythingBeforeStaysReadable) {
  const std::string all = "aabbccdd";
  std::vector<std::uint8_t> bytes = two_chunks();
  bytes.resize(first_chunk + chunk_bytes + sizeof(chunk_header) + 10);
  std::size_t readable_before = 0;

  for (std::size_t size = file_header_bytes; size <= bytes.size(); ++size) {
    // Between the events of the two chunks nothing changes from byte to byte.
    if (size > first_event + 20 && size < first_chunk + chunk_bytes - 2) size = first_chunk + chunk_bytes - 2;
    const reader r = reader::from_bytes({bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size)}, "cut");
    const std::string texts = texts_of(r);
    EXPECT_EQ(texts, all.substr(0, texts.size())) << size;
    EXPECT_GE(texts.size(), readable_before) << size;
    EXPECT_TRUE(r.info().truncated);
    readable_before = texts.size();
  }
  EXPECT_EQ(readable_before, all.size());
}

TEST(ReaderDamage, DamageIsListedUpToALimit) {
  std::vector<std::uint8_t> bytes = two_chunks();
  bytes.resize(first_chunk + 150 * chunk_bytes);
  for (std::size_t chunk = 2; chunk < 150; ++chunk) bytes[first_chunk + chunk * chunk_bytes] = 1;

  EXPECT_EQ(reader::from_bytes(bytes, "x").info().damage.size(), 100u);
}

// The whole trace of a small program, with everything that the state knows; the tests flip random bits of it.
std::vector<std::uint8_t> busy_trace() {
  std::vector<std::uint8_t> bytes = trace_bytes(R"(
0.000 T0 thread_start tid=7 text="main"
0.000 T0 string id=1 text="worker"
0.000 T0 object id=1 kind=mutex text="m"
0.001 T0 spawn slot=1 id=1 called=1
0.001 T0 spawn slot=2 id=2 parent=1 called=1
0.002 T0 enter to=1
0.003 T0 lock_acquired object=1
0.004 T0 yield to=2
0.005 T0 block to=1 reason=mutex object=1 owner=1
0.006 T1 thread_start tid=8 text="other"
0.006 T1 spawn slot=3 id=3
0.006 T1 enter to=3
0.007 T1 block to=0 reason=queue_get object=2
0.008 T0 lock_handed object=1 owner=2
0.008 T0 wake slot=2 cause=granted object=1
0.009 T1 wake_remote slot=3 cause=granted object=2 waker_thread_plus_1=1 waker_ordinal=9
0.010 T0 finish to=2 status=done
0.011 T0 sleep to=0 delay_ns=5000
0.012 T1 poll_begin timeout_ns_plus_1=0
0.013 T1 poll_end ready_fds=1
)");
  bytes.resize(first_chunk + chunk_bytes + 512);
  return bytes;
}

TEST(ReaderDamage, TenThousandTurnedBitsNeverCrashReaderHistoryOrDump) {
  const std::vector<std::uint8_t> good = busy_trace();
  std::mt19937 random(20260101);
  std::uint64_t readable = 0;

  for (int i = 0; i < 10'000; ++i) {
    std::vector<std::uint8_t> bytes = good;
    const int turns = 1 + i % 8;
    for (int k = 0; k < turns; ++k) {
      // Mostly where there are events: each chunk's header and first bytes, or the file's header.
      const std::size_t places[] = {0, first_chunk, first_chunk + chunk_bytes};
      const std::size_t at = places[random() % 3] + random() % 420;
      bytes[at] = static_cast<std::uint8_t>(bytes[at] ^ (1u << random() % 8));
    }
    try {
      const history h(reader::from_bytes(std::move(bytes), "turned"));
      ++readable;
      if (i % 5 == 0) tests::dumped(h);
      if (i % 5 == 1) seek_state(h.source(), h.source().event_count() / 2);
    } catch (const file_error&) {
    }
  }

  EXPECT_GT(readable, 5'000u);
}

}  // namespace
}  // namespace weft::diary
