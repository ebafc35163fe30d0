#include "analysis/summaries.hpp"

#include <algorithm>

namespace weft::viz {
namespace {

// The smallest value that `per_cent` of all do not exceed. Reorders `values`, which must not be empty.
std::int64_t percentile(std::vector<std::int64_t>& values, std::size_t per_cent) {
  const std::size_t rank = std::max<std::size_t>(1, (values.size() * per_cent + 99) / 100);
  const auto nth = values.begin() + static_cast<std::ptrdiff_t>(rank - 1);
  std::nth_element(values.begin(), nth, values.end());
  return *nth;
}

}  // namespace

coroutine_summary summarise(const trace_model& trace, coroutine_index who) {
  const track& states = trace.coroutines()[who].states;
  coroutine_summary result;
  result.who = who;
  result.runs = trace.record(who).runs;
  std::vector<std::int64_t> delays;
  for (std::size_t i = 0; i < states.size(); ++i) {
    const std::int64_t length = states.span(i, trace.end_ns()).length_ns();
    switch (states[i].kind()) {
      case span_kind::running:
        result.run_ns += length;
        result.longest_run_ns = std::max(result.longest_run_ns, length);
        break;
      case span_kind::ready:
        result.ready_ns += length;
        if (i + 1 < states.size()) delays.push_back(length);  // the last one has not run yet
        break;
      case span_kind::nothing:
        break;
      case span_kind::io:
      case span_kind::other:
      case span_kind::sleeping:
        result.blocked_ns += length;
        break;
    }
  }
  if (!delays.empty()) {
    result.delay_p50_ns = percentile(delays, 50);
    result.delay_p99_ns = percentile(delays, 99);
    result.delay_max_ns = *std::max_element(delays.begin(), delays.end());
  }
  return result;
}

std::vector<coroutine_summary> summarise_all(const trace_model& trace) {
  std::vector<coroutine_summary> all;
  all.reserve(trace.coroutines().size());
  for (coroutine_index c = 0; c < trace.coroutines().size(); ++c) all.push_back(summarise(trace, c));
  std::stable_sort(all.begin(), all.end(),
                   [](const coroutine_summary& a, const coroutine_summary& b) { return a.run_ns > b.run_ns; });
  return all;
}

}  // namespace weft::viz
