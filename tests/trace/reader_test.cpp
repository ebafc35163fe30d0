#include "trace/file/reader.hpp"

#include <gtest/gtest.h>

#include <unistd.h>

#include <array>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>

#include "support/emulator.hpp"
#include "support/memory_chunks.hpp"
#include "support/text_traces.hpp"

namespace weft::diary {
namespace {

using tests::memory_chunks;
using tests::trace_bytes;
using tests::trace_reader;

// A file of these bytes, removed by the destructor.
class temporary_file {
 public:
  explicit temporary_file(const std::vector<std::uint8_t>& bytes) {
    path_ = testing::TempDir() + "weft-reader-test-XXXXXX";
    const int fd = ::mkstemp(path_.data());
    ::close(fd);
    std::ofstream(path_, std::ios::binary)
        .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  }
  temporary_file(const temporary_file&) = delete;
  temporary_file& operator=(const temporary_file&) = delete;
  ~temporary_file() { std::filesystem::remove(path_); }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

std::string error_of(const std::vector<std::uint8_t>& bytes) {
  try {
    reader::from_bytes(bytes, "bad.weft");
  } catch (const file_error& e) {
    return e.what();
  }
  return "no error";
}

TEST(Reader, TellsWhatTheHeaderSays) {
  const reader r = trace_reader(
      "program \"shop\"\npid 42\narch \"aarch64\"\nclock \"cntvct\"\nstart_real_ns 5\nflags order_only|shuffled\n"
      "complete yes\n0 1.5 T0 mark text=\"a\"\n1 2.0 T2 mark text=\"b\"\n");

  const file_info& info = r.info();

  EXPECT_EQ(info.program, "shop");
  EXPECT_EQ(info.pid, 42u);
  EXPECT_EQ(info.arch, "aarch64");
  EXPECT_EQ(info.clock, "cntvct");
  EXPECT_EQ(info.start_real_ns, 5);
  EXPECT_TRUE(info.order_only);
  EXPECT_TRUE(info.shuffled);
  EXPECT_FALSE(info.ring);
  EXPECT_TRUE(info.complete);
  EXPECT_FALSE(info.truncated);
  EXPECT_EQ(info.threads, 2u);
  EXPECT_EQ(info.chunks, 2u);
  EXPECT_EQ(info.events, 2u);
  EXPECT_EQ(info.event_bytes, 2u * (1 + 1 + 2) + 0u);
  EXPECT_EQ(info.first_ns, 1'500'000'000);
  EXPECT_EQ(info.last_ns, 2'000'000'000);
  EXPECT_EQ(info.duration_ns, 500'000'000);
  EXPECT_EQ(info.lost, 0u);
}

// By its size the file would have half a billion chunks; only two of them were ever written.
TEST(Reader, HolesInAFileCostNothing) {
  // qemu-user has no room for more.
  const std::uint64_t size = std::uint64_t{1} << (support::emulated() ? 32 : 36), far = size / 2 + file_header_bytes;
  std::vector<std::uint8_t> bytes(file_header_bytes + 128);
  file_header header;
  init_file_header(header);
  header.chunk_bytes = 128;
  header.ticks_per_second = 1'000'000'000;
  std::memcpy(bytes.data(), &header, sizeof header);
  const auto chunk = [](std::uint64_t first_ordinal, char text) {
    std::vector<char> made(128);
    chunk_header h{};
    h.magic = chunk_magic;
    h.first_ordinal = first_ordinal;
    const std::array<char, 4> event{static_cast<char>(event_type::mark), 0, 1, text};
    h.committed = event.size();
    std::memcpy(made.data(), &h, sizeof h);
    std::memcpy(made.data() + sizeof h, event.data(), event.size());
    return made;
  };
  const std::vector<char> near_one = chunk(0, 'a'), far_one = chunk(1, 'b');
  std::memcpy(bytes.data() + file_header_bytes, near_one.data(), near_one.size());
  const temporary_file file(bytes);
  std::filesystem::resize_file(file.path(), size);
  std::fstream out(file.path(), std::ios::binary | std::ios::in | std::ios::out);
  out.seekp(static_cast<std::streamoff>(far)).write(far_one.data(), static_cast<std::streamsize>(far_one.size()));
  out.close();

  const reader r = reader::open(file.path());

  ASSERT_EQ(r.event_count(), 2u);
  EXPECT_EQ(r.at(0).text, "a");
  EXPECT_EQ(r.at(1).text, "b");
}

TEST(Reader, AnIncompleteFileIsTruncatedButReadable) {
  const reader r = trace_reader("complete no\n0 0.0 T0 mark text=\"a\"\n");

  EXPECT_TRUE(r.info().truncated);
  EXPECT_EQ(r.event_count(), 1u);
  EXPECT_TRUE(r.info().damage.empty());
}

TEST(Reader, AMissingFileIsOneClearLine) {
  try {
    reader::open("/nonexistent/trace.weft");
    FAIL();
  } catch (const file_error& e) {
    EXPECT_STREQ(e.what(), "/nonexistent/trace.weft: byte 0: cannot open: No such file or directory");
  }
}

TEST(Reader, ADirectoryIsRefused) {
  try {
    reader::open("/");
    FAIL();
  } catch (const file_error& e) {
    EXPECT_STREQ(e.what(), "/: byte 0: is a directory, not a trace file");
  }
}

TEST(Reader, AnEmptyFileIsRefused) { EXPECT_EQ(error_of({}), "bad.weft: byte 0: the file is empty"); }

TEST(Reader, AForeignFileIsRefused) {
  EXPECT_EQ(error_of(std::vector<std::uint8_t>(5000, 'x')), "bad.weft: byte 0: not a weft trace");
  EXPECT_EQ(error_of({'h', 'i'}), "bad.weft: byte 0: not a weft trace");
}

TEST(Reader, AFileThatEndsInItsHeaderIsRefused) {
  std::vector<std::uint8_t> bytes = trace_bytes("");
  bytes.resize(100);

  EXPECT_EQ(error_of(bytes), "bad.weft: byte 100: the file ends inside its header of 4096 bytes");
}

TEST(Reader, ANewerMajorVersionIsRefusedAndANewerMinorIsRead) {
  std::vector<std::uint8_t> newer = trace_bytes("0 0.0 T0 mark text=\"a\"\n");
  newer[offsetof(file_header, minor)] = 99;
  EXPECT_EQ(reader::from_bytes(newer, "minor.weft").event_count(), 1u);

  newer[offsetof(file_header, major)] = 2;
  EXPECT_EQ(error_of(newer), "bad.weft: byte 8: written in format 2.99, this weft reads up to 1.x: use a newer weft");
}

TEST(Reader, UnknownRequiredFeaturesAreRefused) {
  std::vector<std::uint8_t> bytes = trace_bytes("");
  bytes[offsetof(file_header, required)] = 1;

  EXPECT_NE(error_of(bytes).find("use a newer weft"), std::string::npos);
}

TEST(Reader, AClockThatStandsIsRefused) {
  std::vector<std::uint8_t> bytes = trace_bytes("");
  std::memset(bytes.data() + offsetof(file_header, ticks_per_second), 0, 8);

  EXPECT_NE(error_of(bytes).find("a clock of 0 ticks a second"), std::string::npos);
}

TEST(Reader, TicksBecomeNanosecondsSinceTheStart) {
  memory_chunks chunks([](file_header& h) {
    h.ticks_per_second = 2'500'000'000;
    h.start_ticks = 1'000;
  });
  chunk_writer writer(chunks, 0);
  for (const std::uint64_t ticks : {1'000u, 1'005u, 2'500'001'000u}) {
    writer.append(event_type::zone_end, ticks, nullptr, 0);
  }

  const reader r = reader::from_bytes(chunks.file_bytes(), "ticks.weft");

  EXPECT_EQ(r.at(0).t_ns, 0);
  EXPECT_EQ(r.at(1).t_ns, 2);
  EXPECT_EQ(r.at(2).t_ns, 1'000'000'000);
}

TEST(Reader, AtRefusesWhatIsNotThere) {
  const reader r = trace_reader("0 0.0 T0 mark text=\"a\"\n");

  EXPECT_THROW(r.at(1), std::out_of_range);
}

TEST(Reader, ForEachStopsWhenToldAndAtTheEndOfTheRange) {
  const reader r = trace_reader(
      "0 0.0 T0 mark text=\"a\"\n1 0.1 T0 mark text=\"b\"\n2 0.2 T0 mark text=\"c\"\n3 0.3 T0 mark text=\"d\"\n");
  std::string in_range, until_told;

  r.for_each(1, 3, [&](const event& e) { return in_range += e.text, true; });
  r.for_each(0, 99, [&](const event& e) { return until_told += e.text, e.n < 1; });

  EXPECT_EQ(in_range, "bc");
  EXPECT_EQ(until_told, "ab");
}

TEST(Reader, FindTimeGivesTheLastEventNotLater) {
  const reader r = trace_reader(
      "0 1.0 T0 mark text=\"a\"\n1 2.0 T0 mark text=\"b\"\n2 2.0 T0 mark text=\"c\"\n3 3.0 T0 mark text=\"d\"\n");

  EXPECT_EQ(r.find_time(0), 0u);
  EXPECT_EQ(r.find_time(1'000'000'000), 0u);
  EXPECT_EQ(r.find_time(1'999'999'999), 0u);
  EXPECT_EQ(r.find_time(2'000'000'000), 2u);
  EXPECT_EQ(r.find_time(INT64_MAX), 3u);
}

TEST(Reader, StartsAnywhereInALongTraceAtTheSameEvents) {
  memory_chunks chunks;
  chunk_writer one(chunks, 0), two(chunks, 1);
  for (std::uint64_t i = 0; i < 60'000; ++i) {
    one.append(event_type::offload_begin, 10 * i, &i, 1);
    if (i % 3 == 0) two.append(event_type::offload_end, 10 * i + i % 7, &i, 1);
  }
  const reader r = reader::from_bytes(chunks.file_bytes(), "long.weft");
  std::vector<std::pair<std::uint32_t, std::uint64_t>> all;
  r.for_each(0, r.event_count(), [&](const event& e) { return all.emplace_back(e.thread, e.args[0]), true; });
  ASSERT_EQ(all.size(), 80'000u);

  for (const std::uint64_t n : {0u, 1u, 4095u, 4608u, 4609u, 33'333u, 79'999u}) {
    const event e = r.at(n);
    EXPECT_EQ(std::pair(e.thread, e.args[0]), all[n]) << n;
    EXPECT_EQ(e.n, n);
    EXPECT_LE(r.find_time(e.t_ns - 1), n);
    EXPECT_GE(r.find_time(e.t_ns), n);
  }
}

TEST(Reader, EventsOfANewerVersionAreSteppedOverByTheFilesTable) {
  const reader r = trace_reader(
      "schema 200 hyperspace args=3 text=1\n"
      "0 0.0 T0 mark text=\"a\"\n1 0.1 T0 hyperspace arg1=70000 text=\"x\"\n2 0.2 T0 mark text=\"b\"\n");

  ASSERT_EQ(r.event_count(), 3u);
  EXPECT_EQ(r.type_name(r.at(1).type), "hyperspace");
  EXPECT_EQ(r.arg_count(r.at(1).type), 3u);
  EXPECT_EQ(r.at(1).args[1], 70000u);
  EXPECT_EQ(r.at(2).text, "b");
  EXPECT_EQ(r.type_name(static_cast<event_type>(201)), "?201");
}

TEST(Reader, AKnownEventWithMoreArgumentsThanWeKnowIsRead) {
  const reader r = trace_reader("schema 20 ? args=3 text=0\n0 0.0 T0 enter to=0 arg2=9\n1 0.0 T0 mark text=\"b\"\n");

  EXPECT_EQ(r.at(0).args[2], 9u);
  EXPECT_EQ(r.at(1).text, "b");
}

TEST(Reader, SmallAndLargeFilesReadTheSameFromDisk) {
  memory_chunks chunks;
  chunk_writer writer(chunks, 0);
  for (std::uint64_t i = 0; i < 500'000; ++i) writer.append(event_type::offload_begin, i, &i, 1);
  const std::vector<std::uint8_t> large = chunks.file_bytes();
  ASSERT_GT(large.size(), 1u << 21);
  std::vector<std::uint8_t> small(large.begin(), large.begin() + 200'000);
  const temporary_file large_file(large), small_file(small);

  EXPECT_EQ(reader::open(large_file.path()).event_count(), 500'000u);
  EXPECT_EQ(reader::open(large_file.path()).at(499'999).args[0], 499'999u);
  EXPECT_EQ(reader::open(small_file.path()).event_count(), reader::from_bytes(small, "small").event_count());
}

}  // namespace
}  // namespace weft::diary
