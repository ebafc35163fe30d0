#include "trace/file/chunk_writer.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <limits>
#include <string>
#include <vector>

#include "support/memory_chunks.hpp"
#include "trace/file/reader.hpp"

namespace weft::diary {
namespace {

using tests::memory_chunks;

reader read_back(const memory_chunks& chunks) { return reader::from_bytes(chunks.file_bytes(), "memory.weft"); }

void write_marks(chunk_writer& writer, std::uint64_t count, std::uint64_t first_ticks = 0) {
  for (std::uint64_t i = 0; i < count; ++i) {
    writer.append_text(event_type::mark, first_ticks + i, nullptr, 0, std::to_string(i));
  }
}

TEST(ChunkWriter, TakesNoChunkBeforeTheFirstEvent) {
  memory_chunks chunks;
  chunk_writer writer(chunks, 0);

  EXPECT_EQ(chunks.chunk_count(), 0u);
  EXPECT_EQ(read_back(chunks).event_count(), 0u);
}

TEST(ChunkWriter, EveryKnownEventComesBackAsItWasWritten) {
  memory_chunks chunks;
  chunk_writer writer(chunks, 3);
  std::uint64_t ticks = 1000;
  for (const event_schema& s : all_event_schemas()) {
    const std::uint64_t args[max_args] = {1, 0x80, std::numeric_limits<std::uint64_t>::max(), 0, 0x4000, 7};
    if (s.has_text) {
      writer.append_text(s.type, ticks, args, s.arg_count, s.name);
    } else {
      writer.append(s.type, ticks, args, s.arg_count);
    }
    ticks += 10;
  }

  const reader r = read_back(chunks);

  ASSERT_EQ(r.event_count(), all_event_schemas().size());
  std::uint64_t n = 0;
  for (const event_schema& s : all_event_schemas()) {
    const event e = r.at(n);
    const std::uint64_t args[max_args] = {1, 0x80, std::numeric_limits<std::uint64_t>::max(), 0, 0x4000, 7};
    EXPECT_EQ(e.n, n);
    EXPECT_EQ(e.ordinal, n);
    EXPECT_EQ(e.thread, 3u);
    EXPECT_EQ(e.type, s.type);
    EXPECT_EQ(e.t_ns, static_cast<std::int64_t>(1000 + 10 * n));
    for (std::size_t i = 0; i < max_args; ++i) EXPECT_EQ(e.args[i], i < s.arg_count ? args[i] : 0) << s.name << i;
    EXPECT_EQ(e.text, s.has_text ? s.name : std::string_view());
    ++n;
  }
}

TEST(ChunkWriter, OneArgumentComesBackWhateverItsLength) {
  memory_chunks chunks;
  chunk_writer writer(chunks, 0);
  const std::vector<std::uint64_t> lengths = {
      0, 1, 0x7f, 0x80, 0x3fff, 0x4000, std::uint64_t{1} << 40, std::numeric_limits<std::uint64_t>::max()};
  std::vector<std::uint64_t> times;
  std::uint64_t ticks = 0;
  for (const std::uint64_t elapsed : {0u, 1u, 0x7fu, 0x80u, 0x3fffu, 0x4000u, 1u << 30}) {
    for (const std::uint64_t value : lengths) {
      writer.append(event_type::yield, ticks += elapsed, &value, 1);
      times.push_back(ticks);
    }
  }

  const reader r = read_back(chunks);

  ASSERT_EQ(r.event_count(), times.size());
  for (std::uint64_t n = 0; n < times.size(); ++n) {
    EXPECT_EQ(r.at(n).type, event_type::yield);
    EXPECT_EQ(r.at(n).t_ns, static_cast<std::int64_t>(times[n])) << n;
    EXPECT_EQ(r.at(n).args[0], lengths[n % lengths.size()]) << n;
  }
  EXPECT_TRUE(r.info().damage.empty());
}

TEST(ChunkWriter, ManyEventsOfOneArgumentFillChunksWithoutDamage) {
  memory_chunks chunks;
  chunk_writer writer(chunks, 0);
  for (std::uint64_t i = 0; i < 60'000; ++i) {
    const std::uint64_t value = i % 200;
    writer.append(event_type::yield, i * 130, &value, 1);
  }

  const reader r = read_back(chunks);

  EXPECT_GT(chunks.chunk_count(), 3u);
  ASSERT_EQ(r.event_count(), 60'000u);
  EXPECT_EQ(r.at(59'999).args[0], 59'999u % 200);
  EXPECT_TRUE(r.info().damage.empty());
}

TEST(ChunkWriter, TheShortFormGivesTheSameBytes) {
  memory_chunks from_array;
  memory_chunks from_registers;
  chunk_writer first(from_array, 0);
  chunk_writer second(from_registers, 0);
  std::uint64_t ticks = 0;
  const std::array<std::uint64_t, 1> one{1};
  first.append(event_type::yield, ticks, one.data(), 1);
  second.append(event_type::yield, ticks, one.data(), 1);
  for (const event_schema& s : all_event_schemas()) {
    if (s.has_text || s.arg_count > 4) continue;
    std::array<std::uint64_t, 4> args{1, 0x7f, 0, 7};
    std::fill(args.begin() + s.arg_count, args.end(), 0u);
    ticks += 0x7f;
    first.append(s.type, ticks, args.data(), s.arg_count);
    ASSERT_TRUE(second.append_short(s.type, ticks, s.arg_count, args[0], args[1], args[2], args[3]));
  }

  EXPECT_EQ(from_array.file_bytes(), from_registers.file_bytes());
}

TEST(ChunkWriter, WhatIsNotShortIsNotAppendedInTheShortForm) {
  memory_chunks chunks;
  chunk_writer writer(chunks, 0);
  EXPECT_FALSE(writer.append_short(event_type::yield, 0, 1, 1)) << "there is no chunk yet";
  const std::uint64_t value = 1;
  writer.append(event_type::yield, 1000, &value, 1);

  EXPECT_FALSE(writer.append_short(event_type::yield, 1000, 1, 0x80)) << "a long argument";
  EXPECT_FALSE(writer.append_short(event_type::yield, 1080 + 0x80, 1, 1)) << "a long time";
  EXPECT_FALSE(writer.append_short(event_type::yield, 999, 1, 1)) << "earlier than the one before";
  while (writer.append_short(event_type::yield, 1000, 1, 1)) {
  }

  EXPECT_LT(writer.room(), max_event_bytes);
  EXPECT_EQ(read_back(chunks).event_count(), writer.next_ordinal());
}

TEST(ChunkWriter, AFullChunkIsFollowedByTheNext) {
  memory_chunks chunks;
  chunk_writer writer(chunks, 0);
  write_marks(writer, 30'000);

  const reader r = read_back(chunks);

  EXPECT_GT(chunks.chunk_count(), 2u);
  EXPECT_EQ(r.info().chunks, chunks.chunk_count());
  ASSERT_EQ(r.event_count(), 30'000u);
  std::uint64_t n = 0;
  r.for_each(0, 30'000, [&](const event& e) {
    EXPECT_EQ(e.text, std::to_string(n));
    EXPECT_EQ(e.t_ns, static_cast<std::int64_t>(n));
    EXPECT_EQ(e.ordinal, n);
    ++n;
    return true;
  });
  EXPECT_EQ(n, 30'000u);
  EXPECT_EQ(r.info().lost, 0u);
  EXPECT_TRUE(r.info().damage.empty());
}

TEST(ChunkWriter, TheLongestEventsFillChunksWithoutDamage) {
  memory_chunks chunks;
  chunk_writer writer(chunks, 0);
  const std::string text(max_text_bytes, 'x');
  const std::uint64_t huge = std::numeric_limits<std::uint64_t>::max();
  const std::uint64_t args[max_args] = {huge, huge, huge, huge, huge, huge};
  for (int i = 0; i < 40; ++i) writer.append_text(event_type::libc_call, huge / 2, args, 3, text);

  const reader r = read_back(chunks);

  EXPECT_EQ(r.event_count(), 40u);
  EXPECT_EQ(r.at(39).text, text);
  EXPECT_TRUE(r.info().damage.empty());
}

TEST(ChunkWriter, TimeThatGoesBackIsStoredAsStandingStill) {
  memory_chunks chunks;
  chunk_writer writer(chunks, 0);
  writer.append(event_type::zone_end, 100, nullptr, 0);
  writer.append(event_type::zone_end, 50, nullptr, 0);
  writer.begin_new_chunk();
  writer.append(event_type::zone_end, 70, nullptr, 0);

  const reader r = read_back(chunks);

  EXPECT_EQ(r.at(1).t_ns, 100);
  EXPECT_EQ(r.at(2).t_ns, 100);
}

TEST(ChunkWriter, TextIsCutAtACharacterBoundary) {
  memory_chunks chunks;
  chunk_writer writer(chunks, 0);
  const std::string text = std::string(max_text_bytes - 1, 'a') + "\xe2\x82\xac" + "more";
  writer.append_text(event_type::mark, 0, nullptr, 0, text);

  const reader r = read_back(chunks);

  EXPECT_EQ(r.at(0).text, std::string(max_text_bytes - 1, 'a'));
}

TEST(ChunkWriter, WithoutRoomEventsAreLostAndCounted) {
  memory_chunks chunks({}, 1);
  chunk_writer writer(chunks, 0);
  std::uint64_t written = 0;
  for (std::uint64_t i = 0; i < 40'000; ++i) written += writer.append(event_type::zone_end, i, nullptr, 0);

  EXPECT_LT(written, 40'000u);
  EXPECT_EQ(writer.lost(), 40'000 - written);
  EXPECT_EQ(writer.next_ordinal(), 40'000u);
  EXPECT_EQ(read_back(chunks).event_count(), written);
}

TEST(ChunkWriter, WhatWasLostBeforeAChunkIsToldByTheReader) {
  memory_chunks chunks;
  chunk_writer writer(chunks, 0);
  write_marks(writer, 2);
  writer.begin_new_chunk(5);
  write_marks(writer, 1);

  const reader r = read_back(chunks);

  EXPECT_EQ(r.event_count(), 3u);
  EXPECT_EQ(r.info().lost, 5u);
  EXPECT_EQ(r.at(2).ordinal, 7u);
}

TEST(ChunkWriter, EventsAreReadableTheMomentTheyAreAppended) {
  memory_chunks chunks;
  chunk_writer writer(chunks, 0);

  for (std::uint64_t i = 1; i <= 10; ++i) {
    writer.append(event_type::zone_end, i, nullptr, 0);
    EXPECT_EQ(read_back(chunks).event_count(), i);
  }
}

}  // namespace
}  // namespace weft::diary
