// Files that are cut, before or while they are read.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <deque>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "core/sanitizer.hpp"
#include "support/memory_chunks.hpp"
#include "support/text_traces.hpp"
#include "trace/file/reader.hpp"
#include "trace/state/history.hpp"
#include "trace/state/seek.hpp"

namespace weft::tests {
namespace {

using diary::reader;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

constexpr std::size_t least_chunks = 24;  // more than are copied into memory

// Two threads that take turns to write an event every microsecond, or one that writes all.
std::vector<std::uint8_t> long_trace(std::uint32_t threads, bool complete) {
  memory_chunks chunks([complete](diary::file_header& h) { h.complete = complete ? 1 : 0; });
  std::deque<diary::chunk_writer> writers;
  for (std::uint32_t i = 0; i < threads; ++i) writers.emplace_back(chunks, i);
  std::uint64_t now_ns = 0;
  while (chunks.chunk_count() < least_chunks) {
    for (diary::chunk_writer& w : writers) w.append_text(diary::event_type::mark, now_ns += 1000, nullptr, 0, "tick");
  }
  chunks.header().chunk_count = chunks.chunk_count();
  return chunks.file_bytes();
}

class CutFile : public ::testing::TestWithParam<std::uint32_t> {
 protected:
  CutFile() {
    std::string name = ::testing::TempDir() + "weft-cut-XXXXXX";
    fd_ = ::mkstemp(name.data());
    path_ = name;
  }
  ~CutFile() override {
    ::close(fd_);
    std::filesystem::remove(path_);
  }
  std::string with(const std::vector<std::uint8_t>& bytes) const {
    std::ofstream(path_, std::ios::binary)
        .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    return path_;
  }
  void cut_to(std::size_t size) const { ASSERT_EQ(::ftruncate(fd_, static_cast<off_t>(size)), 0); }

  std::string path_;
  int fd_ = -1;
};

INSTANTIATE_TEST_SUITE_P(Threads, CutFile, ::testing::Values(1u, 2u));

TEST_P(CutFile, WhileItIsReadIsAnErrorAndNoCrash) {
  const std::vector<std::uint8_t> bytes = long_trace(GetParam(), true);
  const reader r = reader::open(with(bytes));
  cut_to(bytes.size() / 2);

  EXPECT_THAT([&] { r.for_each(0, r.event_count(), [](const diary::event&) { return true; }); },
              ThrowsMessage<diary::file_error>(HasSubstr("the file was cut while it was read")));
}

TEST_P(CutFile, WithinItsLastPageIsSeenToo) {
  const std::vector<std::uint8_t> bytes = long_trace(GetParam(), true);
  const reader r = reader::open(with(bytes));
  // The rest of that page reads as zeroes, without any signal.
  cut_to(diary::file_header_bytes + 5 * diary::chunk_bytes + 100);

  EXPECT_THROW(r.for_each(0, r.event_count(), [](const diary::event&) { return true; }), diary::file_error);
}

TEST_P(CutFile, WithoutHavingBeenCheckedIsAnErrorToo) {
  const std::vector<std::uint8_t> bytes = long_trace(GetParam(), true);
  const reader r = reader::open(with(bytes), reader::trust::sealed_chunks);
  cut_to(100'000);

  EXPECT_THROW(diary::seek_state(r, r.event_count()), diary::file_error);
}

TEST_P(CutFile, UnderAHistoryItsAnswersAreErrors) {
  const std::vector<std::uint8_t> bytes = long_trace(GetParam(), true);
  const diary::history h(reader::open(with(bytes)), diary::history::effort::on_demand);
  cut_to(0);

  EXPECT_THROW(h.state_after(h.source().event_count()), diary::file_error);
}

TEST_P(CutFile, WhileItIsFollowedIsAnError) {
  const std::vector<std::uint8_t> bytes = long_trace(GetParam(), false);
  reader r = reader::open(with(bytes));
  cut_to(bytes.size() / 2);

  EXPECT_THROW(r.refresh(), diary::file_error);
}

TEST_P(CutFile, ThatLosesOnlyWhatNobodyHasWrittenIsRead) {
  std::vector<std::uint8_t> bytes = long_trace(GetParam(), false);
  const std::size_t used = bytes.size();
  bytes.resize(used + 20 * diary::chunk_bytes);
  reader r = reader::open(with(bytes));
  const std::uint64_t events = r.event_count();
  cut_to(used);  // as a recorder does at its end

  EXPECT_NO_THROW(r.refresh());
  std::uint64_t seen = 0;
  r.for_each(0, events, [&](const diary::event&) { return ++seen != 0; });
  EXPECT_EQ(seen, events);
}

TEST_P(CutFile, SaysSoAndHowMuchIsMissing) {
  const std::vector<std::uint8_t> bytes = long_trace(GetParam(), true);
  const std::size_t left = diary::file_header_bytes + 5 * diary::chunk_bytes + 100;
  const reader r = reader::from_bytes({bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(left)}, "copy");

  EXPECT_TRUE(r.info().cut);
  EXPECT_TRUE(r.info().complete);
  EXPECT_EQ(r.info().missing_bytes, bytes.size() - left);
}

TEST_P(CutFile, OfAProgramThatDiedSaysSoWhereItsEventsAreCut) {
  const std::vector<std::uint8_t> bytes = long_trace(GetParam(), false);
  const reader whole = reader::from_bytes(bytes, "whole");
  const std::size_t left = diary::file_header_bytes + diary::chunk_bytes + 100;
  const reader cut = reader::from_bytes({bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(left)}, "copy");

  EXPECT_FALSE(whole.info().cut) << "who dies leaves no cut file";
  EXPECT_TRUE(whole.info().truncated);
  EXPECT_TRUE(cut.info().cut);
  EXPECT_GT(cut.info().missing_bytes, diary::chunk_bytes / 2);
}

// A SIGBUS of another mapping is not handled: it ends the process as usual.
TEST(CutFileDeathTest, ASignalOfSomebodyElsesMappingIsNotTaken) {
  const auto fault_elsewhere = [] {
    std::string name = ::testing::TempDir() + "weft-cut-XXXXXX";
    const int fd = ::mkstemp(name.data());
    ::unlink(name.c_str());
    static_cast<void>(!::ftruncate(fd, 8192));
    auto* const p = static_cast<volatile char*>(::mmap(nullptr, 8192, PROT_READ, MAP_SHARED, fd, 0));
    static_cast<void>(!::ftruncate(fd, 0));
    static_cast<void>(p[5000]);
  };
#if defined(WEFT_ASAN) || defined(WEFT_TSAN)
  const auto has_failed = [](int status) { return status != 0; };
  EXPECT_EXIT(fault_elsewhere(), has_failed, "Sanitizer");  // which reports the bus error
#else
  EXPECT_EXIT(fault_elsewhere(), ::testing::KilledBySignal(SIGBUS), "");
#endif
}

}  // namespace
}  // namespace weft::tests
