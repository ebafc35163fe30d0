// A trace that is written while it is read.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <cstddef>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <thread>

#include "support/memory_chunks.hpp"
#include "trace/state/history.hpp"

namespace weft::diary {
namespace {

// A trace file mapped for writing, as by a recorder.
class mapped_chunks : public chunk_source {
 public:
  explicit mapped_chunks(std::size_t chunk_capacity) : bytes_(file_header_bytes + chunk_capacity * chunk_bytes) {
    path_ = testing::TempDir() + "weft-live-test-XXXXXX";
    fd_ = ::mkstemp(path_.data());
    if (::ftruncate(fd_, static_cast<off_t>(bytes_)) != 0) std::abort();
    memory_ = static_cast<std::uint8_t*>(::mmap(nullptr, bytes_, PROT_READ | PROT_WRITE, MAP_SHARED, fd_, 0));
    init_file_header(header());
    header().ticks_per_second = 1'000'000'000;
  }
  mapped_chunks(const mapped_chunks&) = delete;
  mapped_chunks& operator=(const mapped_chunks&) = delete;
  ~mapped_chunks() override {
    ::munmap(memory_, bytes_);
    ::close(fd_);
    std::filesystem::remove(path_);
  }

  std::uint8_t* next_chunk(std::uint32_t, bool) noexcept override {
    const std::size_t index = used_.fetch_add(1);
    const std::size_t offset = file_header_bytes + index * chunk_bytes;
    return offset < bytes_ ? memory_ + offset : nullptr;
  }

  file_header& header() { return *reinterpret_cast<file_header*>(memory_); }
  chunk_header& chunk(std::size_t index) {
    return *reinterpret_cast<chunk_header*>(memory_ + file_header_bytes + index * chunk_bytes);
  }
  const std::string& path() const { return path_; }
  // Cuts off the unused end, as a recorder does when it stops.
  void cut_to_used() {
    if (::ftruncate(fd_, static_cast<off_t>(file_header_bytes + used_ * chunk_bytes)) != 0) std::abort();
  }
  void cut_to(std::size_t bytes) {
    if (::ftruncate(fd_, static_cast<off_t>(bytes)) != 0) std::abort();
  }

 private:
  std::string path_;
  int fd_ = -1;
  std::size_t bytes_;
  std::uint8_t* memory_ = nullptr;
  std::atomic<std::size_t> used_ = 0;
};

TEST(LiveReader, RefreshShowsWhatWasAppendedSince) {
  mapped_chunks chunks(4);
  chunk_writer writer(chunks, 0);
  writer.append_text(event_type::mark, 1, nullptr, 0, "a");
  reader r = reader::open(chunks.path());
  EXPECT_EQ(r.event_count(), 1u);
  EXPECT_FALSE(r.refresh());

  writer.append_text(event_type::mark, 2, nullptr, 0, "b");

  EXPECT_TRUE(r.refresh());
  EXPECT_EQ(r.event_count(), 2u);
  EXPECT_EQ(r.at(1).text, "b");
}

TEST(LiveReader, AFileWithoutEventsYetIsOpenedAndFollowed) {
  mapped_chunks chunks(40);
  reader r = reader::open(chunks.path());
  EXPECT_EQ(r.event_count(), 0u);

  chunk_writer writer(chunks, 0);
  for (std::uint64_t i = 0; i < 100'000; ++i) writer.append(event_type::offload_begin, i, &i, 1);

  EXPECT_TRUE(r.refresh());
  EXPECT_EQ(r.event_count(), 100'000u);
  EXPECT_EQ(r.at(99'999).args[0], 99'999u);
}

TEST(LiveReader, AThreadThatSleepsHoldsTheOthersForOneRefreshOnly) {
  mapped_chunks chunks(4);
  chunk_writer busy(chunks, 0), asleep(chunks, 1);
  busy.append(event_type::zone_end, 10, nullptr, 0);
  asleep.append(event_type::zone_end, 11, nullptr, 0);
  reader r = reader::open(chunks.path());
  ASSERT_EQ(r.event_count(), 2u);

  busy.append(event_type::zone_end, 20, nullptr, 0);
  EXPECT_FALSE(r.refresh());

  EXPECT_TRUE(r.refresh());
  EXPECT_EQ(r.event_count(), 3u);
}

TEST(LiveReader, ACompleteFileHoldsNothingBack) {
  mapped_chunks chunks(4);
  chunk_writer busy(chunks, 0), asleep(chunks, 1);
  busy.append(event_type::zone_end, 10, nullptr, 0);
  asleep.append(event_type::zone_end, 11, nullptr, 0);
  reader r = reader::open(chunks.path());
  busy.append(event_type::zone_end, 20, nullptr, 0);
  chunks.header().complete = 1;

  EXPECT_TRUE(r.refresh());
  EXPECT_EQ(r.event_count(), 3u);
  EXPECT_TRUE(r.info().complete);
}

TEST(LiveReader, ALateEventGetsItsNumberBehindThoseAlreadyRead) {
  mapped_chunks chunks(4);
  chunk_writer early(chunks, 0), late(chunks, 1);
  early.append_text(event_type::mark, 10, nullptr, 0, "a");
  late.append_text(event_type::mark, 11, nullptr, 0, "b");
  early.append_text(event_type::mark, 30, nullptr, 0, "c");
  reader r = reader::open(chunks.path());
  ASSERT_EQ(r.event_count(), 3u);

  late.append_text(event_type::mark, 20, nullptr, 0, "d");
  early.append_text(event_type::mark, 40, nullptr, 0, "e");
  r.refresh();
  r.refresh();

  ASSERT_EQ(r.event_count(), 5u);
  std::string texts;
  for (std::uint64_t n = 0; n < 5; ++n) texts += r.at(n).text;
  EXPECT_EQ(texts, "abcde");
  EXPECT_EQ(r.find_time(29), 1u);
  EXPECT_EQ(r.find_time(30), 3u);
}

TEST(LiveReader, AThreadThatStartsLaterJoinsIn) {
  mapped_chunks chunks(8);
  chunk_writer first(chunks, 0), second(chunks, 1);
  for (std::uint64_t i = 0; i < 20'000; ++i) first.append(event_type::offload_begin, i, &i, 1);
  reader r = reader::open(chunks.path());
  ASSERT_EQ(r.event_count(), 20'000u);
  second.append_text(event_type::mark, 20'005, nullptr, 0, "second");
  first.append_text(event_type::mark, 20'006, nullptr, 0, "first");

  while (r.refresh() || r.event_count() < 20'002) {
  }

  EXPECT_EQ(r.at(20'000).text, "second");
  EXPECT_EQ(r.at(20'001).text, "first");
  EXPECT_EQ(r.at(77).args[0], 77u);
}

// A read takes time: it may have passed the slot of an earlier chunk before that was begun, and then see the next one.
TEST(LiveReader, AChunkWhosePredecessorIsNotSeenYetWaitsForIt) {
  mapped_chunks chunks(40);
  chunk_writer writer(chunks, 0);
  auto append_events = [&, i = std::uint64_t{0}](std::uint64_t count) mutable {
    for (const std::uint64_t end = i + count; i < end; ++i) writer.append(event_type::offload_begin, i, &i, 1);
  };
  append_events(1000);
  reader r = reader::open(chunks.path());
  ASSERT_EQ(r.event_count(), 1000u);
  append_events(40'000);
  chunk_header& second = chunks.chunk(1);
  second.magic = 0;

  EXPECT_TRUE(r.refresh());
  const std::uint64_t of_the_first_chunk = r.event_count();
  EXPECT_LT(of_the_first_chunk, 41'000u);
  second.magic = chunk_magic;
  EXPECT_TRUE(r.refresh());

  EXPECT_EQ(r.event_count(), 41'000u);
  EXPECT_EQ(r.info().lost, 0u);
  EXPECT_TRUE(r.info().damage.empty());
  EXPECT_EQ(r.at(of_the_first_chunk).args[0], of_the_first_chunk);
}

TEST(LiveReader, AChunkThatNeverComesIsLostAndTheNextOnesAreShown) {
  mapped_chunks chunks(40);
  chunk_writer writer(chunks, 0);
  for (std::uint64_t i = 0; i < 1000; ++i) writer.append(event_type::offload_begin, i, &i, 1);
  reader r = reader::open(chunks.path());
  for (std::uint64_t i = 1000; i < 41'000; ++i) writer.append(event_type::offload_begin, i, &i, 1);
  chunks.chunk(1).magic = 0;

  while (r.refresh()) {
  }
  r.refresh();

  EXPECT_GT(r.info().lost, 0u);
  EXPECT_EQ(r.event_count() + r.info().lost, 41'000u);
}

TEST(LiveReader, ARecorderThatGivesBackUnusedChunksDisturbsNobody) {
  mapped_chunks chunks(64);
  chunk_writer writer(chunks, 0);
  for (std::uint64_t i = 0; i < 1000; ++i) writer.append(event_type::offload_begin, i, &i, 1);
  reader r = reader::open(chunks.path());
  chunks.header().complete = 1;
  chunks.cut_to_used();

  EXPECT_FALSE(r.refresh());
  EXPECT_EQ(r.at(999).args[0], 999u);
  EXPECT_FALSE(r.info().truncated);
}

TEST(LiveReader, AFileThatIsCutBelowItsEventsIsAnErrorAndTheReaderKeepsWhatItHas) {
  mapped_chunks chunks(4);
  chunk_writer writer(chunks, 0);
  for (std::uint64_t i = 0; i < 1000; ++i) writer.append(event_type::offload_begin, i, &i, 1);
  reader r = reader::open(chunks.path());
  chunks.cut_to(file_header_bytes + 100);

  EXPECT_THROW(r.refresh(), file_error);
  EXPECT_EQ(r.event_count(), 1000u);
  EXPECT_EQ(r.at(999).args[0], 999u);
}

// Three threads write as fast as they can, one reads: the numbers of events never change, and no event is missing.
struct race {
  std::uint64_t per_thread;
  std::size_t chunks;  // up to 15 are copied, more are mapped
};
class LiveReaderRace : public testing::TestWithParam<race> {};

TEST_P(LiveReaderRace, EventsKeepTheirNumbersWhileThreadsAppend) {
  const std::uint64_t per_thread = GetParam().per_thread;
  mapped_chunks chunks(GetParam().chunks);
  std::atomic<std::uint64_t> clock = 1;
  std::atomic<int> running = 3;
  std::vector<std::thread> threads;
  for (std::uint32_t t = 0; t < 3; ++t) {
    threads.emplace_back([&, t] {
      chunk_writer writer(chunks, t);
      for (std::uint64_t i = 0; i < per_thread; ++i) {
        const std::uint64_t args[] = {t, i};
        writer.append(event_type::queue_put, clock.fetch_add(1), args, 2);
        if (i % 4096 == 0) std::this_thread::yield();
      }
      --running;
    });
  }

  history h(reader::open(chunks.path()));
  std::vector<std::pair<std::uint32_t, std::uint64_t>> seen;
  const auto take_new = [&] {
    h.source().for_each(seen.size(), h.source().event_count(),
                        [&](const event& e) { return seen.emplace_back(e.thread, e.ordinal), true; });
  };
  while (running > 0) {
    h.refresh();
    take_new();
  }
  for (std::thread& t : threads) t.join();
  chunks.header().complete = 1;
  h.refresh();
  take_new();

  ASSERT_EQ(seen.size(), 3 * per_thread);
  ASSERT_EQ(h.source().event_count(), 3 * per_thread);
  std::vector<std::uint64_t> next(3);
  std::uint64_t n = 0;
  h.source().for_each(0, seen.size(), [&](const event& e) {
    EXPECT_EQ(std::pair(e.thread, e.ordinal), seen[n]) << n;
    EXPECT_EQ(e.ordinal, next[e.thread]++);
    ++n;
    return !testing::Test::HasFailure();
  });
  for (n = 0; n < seen.size(); n += 1013) {
    EXPECT_EQ(h.source().at(n).ordinal, seen[n].second);
    EXPECT_EQ(h.source().at(n).thread, seen[n].first);
  }
  EXPECT_TRUE(h.source().info().damage.empty());
  EXPECT_EQ(h.source().info().lost, 0u);
}

INSTANTIATE_TEST_SUITE_P(CopiedAndMapped, LiveReaderRace, testing::Values(race{10'000, 15}, race{50'000, 40}));

}  // namespace
}  // namespace weft::diary
