#include "analysis/summaries.hpp"

#include <algorithm>

namespace weft::viz {

std::vector<coroutine_summary> summaries_of(const std::vector<statistics_row>& rows, const diary::history& names) {
  std::vector<coroutine_summary> all;
  all.reserve(rows.size());
  for (const statistics_row& row : rows) {
    const std::size_t place = names.place_of(row.id);
    if (place == diary::history::npos) continue;
    coroutine_summary& s = all.emplace_back();
    static_cast<statistics_row&>(s) = row;
    s.who = static_cast<coroutine_index>(place);
  }
  std::sort(all.begin(), all.end(), [](const coroutine_summary& a, const coroutine_summary& b) {
    return a.run_ns != b.run_ns ? a.run_ns > b.run_ns : a.who < b.who;
  });
  return all;
}

std::vector<coroutine_summary> summarise_all(const trace_model& trace) {
  return summaries_of(compute_statistics(trace.history(), grouping::coroutine), trace.history());
}

coroutine_summary summarise(const trace_model& trace, coroutine_index who) {
  const std::vector<coroutine_summary> all = summarise_all(trace);
  const auto found = std::find_if(all.begin(), all.end(), [who](const coroutine_summary& s) { return s.who == who; });
  return found != all.end() ? *found : coroutine_summary{};
}

}  // namespace weft::viz
