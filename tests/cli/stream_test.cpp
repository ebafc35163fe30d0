// A trace from a pipe, and progress lines.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>

#include "cli/output/progress.hpp"
#include "cli/programs/stream_spool.hpp"
#include "cli/programs/trace_glance.hpp"
#include "run_weft.hpp"
#include "sample_trace.hpp"
#include "shell.hpp"
#include "trace/file/reader.hpp"

namespace weft::tests {
namespace {

using ::testing::HasSubstr;

class Pipe {
 public:
  Pipe() { EXPECT_EQ(::pipe(ends_.data()), 0); }
  ~Pipe() {
    ::close(ends_[0]);
    close();
  }
  int out() const { return ends_[0]; }
  void write(const std::string& bytes) {
    EXPECT_EQ(::write(ends_[1], bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
  }
  void close() {
    if (ends_[1] >= 0) ::close(ends_[1]);
    ends_[1] = -1;
  }

 private:
  std::array<int, 2> ends_{-1, -1};
};

TEST(StreamSpool, TheFileHoldsWhatCame) {
  const test_folder folder;
  const std::string bytes = sample_schedule().bytes(), file = folder.path("spooled.weft");
  Pipe pipe;
  viz::cli::stream_spool spool(pipe.out(), file);

  for (std::size_t at = 0; at < bytes.size(); at += 10'000) pipe.write(bytes.substr(at, 10'000));
  spool.wait_for_first_chunk();

  EXPECT_TRUE(read_file(file) == bytes);
}

TEST(StreamSpool, APartOfAChunkIsKeptToo) {
  const test_folder folder;
  const std::string file = folder.path("cut.weft");
  Pipe pipe;
  viz::cli::stream_spool spool(pipe.out(), file);

  pipe.write(sample_schedule().bytes().substr(0, 5000));
  pipe.close();
  spool.wait_for_first_chunk();

  EXPECT_EQ(read_file(file), sample_schedule().bytes().substr(0, 5000));
}

TEST(StreamSpool, EndsThoughThePipeIsStillOpen) {
  const test_folder folder;
  Pipe pipe;

  { const viz::cli::stream_spool spool(pipe.out(), folder.path("open.weft")); }

  SUCCEED() << "a spool that waited for the pipe would hang here";
}

TEST(TraceGlance, CountsWithoutReadingEverything) {
  const test_folder folder;
  trace_builder b = sample_schedule();
  for (int i = 0; i < 20'000; ++i) b.text(diary::event_type::mark, {}, "fills more than one chunk");
  const std::string file = folder.with("long.weft", b.bytes());

  const viz::cli::trace_glance seen = viz::cli::glance_at(file);

  const diary::reader whole = diary::reader::open(file);
  const diary::file_info& info = whole.info();
  EXPECT_GT(info.chunks, 5u);
  EXPECT_EQ(seen.events, info.events);
  EXPECT_EQ(seen.threads, info.threads);
  EXPECT_EQ(seen.duration_ns, info.duration_ns);
}

TEST(TraceGlance, RefusesWhatIsNoTrace) {
  const test_folder folder;

  EXPECT_THROW(viz::cli::glance_at(folder.path("missing")), diary::file_error);
  EXPECT_THROW(viz::cli::glance_at(folder.with("text", "no trace")), diary::file_error);
  EXPECT_THROW(viz::cli::glance_at(folder.path(".")), diary::file_error);
}

TEST(Progress, SaysNothingWhereNobodyWatches) {
  std::istringstream in;
  std::ostringstream out, err;
  viz::cli::console io{in, out, err};

  {
    viz::cli::progress shown("reading", io);
    shown.set(1, 2);
  }

  EXPECT_EQ(err.str(), "");
}

TEST(Progress, SaysNothingOfWhatIsQuick) {
  std::istringstream in;
  std::ostringstream out, err;
  viz::cli::console io{in, out, err};
  io.err_is_terminal = true;

  { const viz::cli::progress shown("reading", io); }

  EXPECT_EQ(err.str(), "");
}

}  // namespace
}  // namespace weft::tests
