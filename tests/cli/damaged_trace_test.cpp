// Traces with flipped bits, and cut at any place, through everything that answers questions about a trace: nothing
// crashes, hangs or writes without end. tests/trace/reader_damage_test.cpp tests the reader alone in this way.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <random>
#include <span>
#include <sstream>
#include <string>
#include <vector>

#include "analysis/divergence.hpp"
#include "analysis/explanation.hpp"
#include "analysis/findings.hpp"
#include "analysis/statistics.hpp"
#include "cli/export/exporters.hpp"
#include "support/text_traces.hpp"
#include "trace/file/merge.hpp"
#include "trace/file/packed_checkpoint.hpp"
#include "trace/state/seek.hpp"
#include "trace/words/format.hpp"

namespace weft::tests {
namespace {

using diary::history;
using diary::reader;

// Slot 1 runs, slot 2 is ready, slot 3 waits for object 1 of slot 1.
std::string packed_checkpoint() {
  diary::checkpoint_packer code;
  code.begin(1'000'000'000, 1);
  code.ready(2, 1'000);
  for (std::uint64_t slot = 1; slot <= 3; ++slot) {
    diary::checkpoint_row row;
    row.slot = row.id = slot;
    row.name = 1;
    row.status_and_reason = slot == 1 ? 2 : slot == 2 ? 1 : 3 | 15 << 4;
    if (slot == 3) row.object = row.owner = 1;
    code.row(row);
  }
  code.end_rows();
  code.note(1, 1, 0, false);
  std::string quoted;
  for (const char byte : code.take()) {
    char escape[8];
    std::snprintf(escape, sizeof escape, "\\x%02x", static_cast<unsigned>(static_cast<unsigned char>(byte)));
    quoted += escape;
  }
  return quoted;
}

// A trace with some of everything.
const std::vector<std::uint8_t>& good_trace() {
  static const std::vector<std::uint8_t> bytes = [] {
    std::vector<std::uint8_t> all = trace_bytes(R"(
0.000 T0 thread_start tid=7 text="main"
0.000 T0 string id=1 text="worker"
0.000 T0 object id=1 kind=mutex text="m"
0.001 T0 spawn slot=1 id=1 called=1
0.001 T0 spawn slot=2 id=2 parent=1 called=1
0.001 T0 spawn slot=3 id=3 parent=1 called=1
0.002 T0 enter to=1
0.003 T0 lock_acquired object=1
0.004 T0 yield to=2
0.005 T0 yield to=3
0.005 T0 block to=1 reason=mutex object=1 owner=1
0.006 T0 checkpoint_part flags=3 count=3 running=1 text=")" +
                                                packed_checkpoint() +
                                                R"("
0.006 T1 thread_start tid=8 text="other"
0.006 T1 spawn slot=4 id=4
0.006 T1 enter to=4
0.007 T1 block_fd to=0 reason=fd_readable fd=5
0.008 T0 lock_handed object=1 owner=3
0.008 T0 wake slot=3 cause=granted object=1
0.009 T1 wake_remote slot=4 cause=granted object=2 waker_thread_plus_1=1 waker_ordinal=9
0.009 T0 socket_accepted fd=5 text="10.0.0.1:80"
0.009 T0 zone_begin zone=1
0.010 T0 counter counter=1 value=2.5
0.010 T0 finish to=2 status=done
0.011 T0 sleep to=0 delay_ns=5000
0.012 T1 poll_begin timeout_ns_plus_1=0
0.013 T1 poll_end ready_fds=1
0.014 T0 wake_timer slot=2 cause=timed_out lateness_ns=9
)");
    all.resize(diary::file_header_bytes + diary::chunk_bytes + 512);
    return all;
  }();
  return bytes;
}

// Returns how many bytes were exported; discards the bytes.
std::size_t exported(const history& trace) {
  std::size_t size = 0;
  for (const auto write : {viz::cli::export_perfetto, viz::cli::export_chrome, viz::cli::export_csv}) {
    std::ostringstream out;
    write(trace, out, {});
    size += out.str().size();
  }
  return size;
}

// Returns true if the trace can be read at all.
bool ask_everything(const std::vector<std::uint8_t>& bytes) {
  constexpr std::size_t most_bytes = 4 << 20;
  try {
    const history trace(reader::from_bytes(bytes, "damaged"));
    const std::uint64_t count = trace.source().event_count();
    EXPECT_LT(exported(trace), most_bytes);
    EXPECT_FALSE(viz::first_divergence(trace, trace));
    viz::compute_statistics(trace, viz::grouping::coroutine);
    for (const diary::coroutine_record& c : trace.coroutines()) {
      viz::explain(trace, count, trace.state_after(count).now_ns(), c.id);
    }
    for (std::uint64_t n = 0; n <= count; n += 5) diary::seek_state(trace.source(), n);
    find_all(viz::trace_model(history(reader::from_bytes(bytes, "damaged"))), false);
    const std::vector<std::uint8_t> twice = [&] {
      std::vector<reader> two;
      two.push_back(reader::from_bytes(bytes, "one"));
      two.push_back(reader::from_bytes(bytes, "another"));
      return diary::merged(two);
    }();
    const reader both = reader::from_bytes(twice, "merged");
    EXPECT_LE(both.event_count(), 2 * count + both.info().threads) << "each thread tells its process";
    return true;
  } catch (const diary::file_error&) {
    return false;
  }
}

TEST(DamagedTrace, TheGoodOneKeepsAllRules) {
  EXPECT_EQ(violations_of(history(reader::from_bytes(good_trace(), "good"))), std::vector<std::string>{});
  EXPECT_TRUE(ask_everything(good_trace()));
}

TEST(DamagedTrace, CutAtAnyByteOfTheHeaderAndOfTheEvents) {
  const std::size_t last = diary::file_header_bytes + sizeof(diary::chunk_header) + 450;
  std::size_t readable = 0;
  for (std::size_t size = 0; size < last; ++size) {
    readable += ask_everything({good_trace().begin(), good_trace().begin() + static_cast<std::ptrdiff_t>(size)});
  }
  EXPECT_GT(readable, 400u);
}

TEST(DamagedTrace, TenThousandTurnedBits) {
  std::mt19937 random(20261126);
  std::size_t readable = 0;
  for (int i = 0; i < 10'000; ++i) {
    std::vector<std::uint8_t> bytes = good_trace();
    for (int k = 0; k <= i % 8; ++k) {
      // Mostly where there are events: each chunk's header and first bytes, or the file's header.
      const std::size_t places[] = {0, diary::file_header_bytes, diary::file_header_bytes,
                                    diary::file_header_bytes + diary::chunk_bytes};
      const std::size_t at = places[random() % 4] + random() % 500;
      bytes[at] = static_cast<std::uint8_t>(bytes[at] ^ (1u << random() % 8));
    }
    readable += ask_everything(bytes);
  }
  EXPECT_GT(readable, 5'000u);
}

}  // namespace
}  // namespace weft::tests
