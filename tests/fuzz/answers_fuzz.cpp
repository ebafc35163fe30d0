// Any trace through everything that answers questions about one: findings, statistics, explanations, the comparison
// with itself, and the exporters. The trace comes as text, the shortest way to events that mean something.
#include <cstdint>
#include <cstdlib>
#include <ostream>
#include <sstream>
#include <streambuf>
#include <string>

#include "analysis/divergence.hpp"
#include "analysis/explanation.hpp"
#include "analysis/findings.hpp"
#include "analysis/statistics.hpp"
#include "cli/exporters.hpp"
#include "trace/text.hpp"

namespace {

using namespace weft;

// Counts what is written: it may not be out of proportion to the trace.
class counting_buffer : public std::streambuf {
 public:
  std::uint64_t count = 0;

 protected:
  std::streamsize xsputn(const char*, std::streamsize n) override {
    count += static_cast<std::uint64_t>(n);
    return n;
  }
  int_type overflow(int_type c) override {
    ++count;
    return c;
  }
};

void ask_everything(const diary::history& trace) {
  for (const viz::grouping by :
       {viz::grouping::coroutine, viz::grouping::site, viz::grouping::reason, viz::grouping::whole}) {
    viz::compute_statistics(trace, by);
  }
  const std::uint64_t count = trace.source().event_count();
  for (std::size_t i = 0; i < trace.coroutines().size() && i < 20; ++i) {
    for (const std::uint64_t n : {count, count / 2}) {
      const std::int64_t t_ns = trace.state_after(n).now_ns();
      if (viz::explain(trace, n, t_ns, trace.coroutines()[i].id).links.empty()) std::abort();
    }
  }
  if (viz::first_divergence(trace, trace)) std::abort();
  for (const auto write : {viz::cli::export_perfetto, viz::cli::export_chrome, viz::cli::export_csv}) {
    counting_buffer counter;
    std::ostream out(&counter);
    write(trace, out, {});
    if (counter.count > 10'000'000) std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::istringstream in("# weft trace text 1\n" + std::string(reinterpret_cast<const char*>(data), size));
  try {
    const std::vector<std::uint8_t> bytes = diary::load_text(in, "fuzz");
    ask_everything(diary::history(diary::reader::from_bytes(bytes, "fuzz")));
    find_all(viz::trace_model(diary::history(diary::reader::from_bytes(bytes, "fuzz"))), false);
  } catch (const diary::file_error&) {
  }
  return 0;
}
