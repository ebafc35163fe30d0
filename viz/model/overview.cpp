#include "model/overview.hpp"

#include <algorithm>

namespace weft::viz {

std::vector<overview_column> overview(const trace_model& trace, std::size_t columns) {
  std::vector<overview_column> result(columns);
  const time_range whole = trace.whole();
  if (columns == 0 || whole.length_ns() <= 0 || trace.thread_count() == 0) return result;
  const double step = static_cast<double>(whole.length_ns()) / static_cast<double>(columns);
  std::vector<std::size_t> hints(trace.threads().size(), track::npos);
  for (std::size_t c = 0; c < columns; ++c) {
    const auto begin = whole.begin_ns + static_cast<std::int64_t>(step * static_cast<double>(c));
    const auto end = whole.begin_ns + static_cast<std::int64_t>(step * static_cast<double>(c + 1));
    const time_range part{begin, std::max(end, begin + 1)};
    double busy = 0;
    if (trace.is_huge()) {
      for (std::uint32_t t = 0; t < trace.thread_count(); ++t) {
        const mip_sums sums = trace.roughly(whole)->thread_sums_in(t, part);
        busy += sums.ns[static_cast<std::size_t>(span_kind::running)];
        if ((sums.severity & severity::long_run) != 0) result[c].long_run = true;
      }
    }
    for (std::size_t i = 0; i < trace.threads().size(); ++i) {
      const thread_track& thread = trace.threads()[i];
      hints[i] = thread.runs.find_time(part.begin_ns, hints[i]);
      const track::sums sums = thread.runs.sums_in(part, trace.end_ns(), hints[i]);
      busy += static_cast<double>(sums[static_cast<std::size_t>(span_kind::running)]);
      if (thread.runs.long_run_in(part, trace.end_ns()) != track::npos) result[c].long_run = true;
    }
    const auto capacity = static_cast<double>(part.length_ns()) * static_cast<double>(trace.thread_count());
    result[c].busy = static_cast<float>(std::clamp(busy / capacity, 0.0, 1.0));
  }
  return result;
}

}  // namespace weft::viz
