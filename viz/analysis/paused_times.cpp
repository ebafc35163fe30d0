#include "analysis/paused_times.hpp"

#include <algorithm>
#include <utility>

namespace weft::viz {

void paused_times::take(const diary::event& e, const diary::scheduler_state& before) {
  if (e.type != diary::event_type::mark) return;
  // Only the scheduler's own marks count; a coroutine may write the same words.
  if (e.thread < before.threads().size() && before.threads()[e.thread].running_slot != 0) return;
  const bool begins = e.text == "weft: paused";
  if (!begins && e.text != "weft: resumed") return;
  if (e.thread >= stretches_.size()) stretches_.resize(e.thread + 1);
  std::vector<time_range>& of_thread = stretches_[e.thread];
  const bool is_open = !of_thread.empty() && of_thread.back().end_ns == INT64_MAX;
  if (begins && !is_open) of_thread.push_back({e.t_ns, INT64_MAX});
  if (!begins && is_open) of_thread.back().end_ns = e.t_ns;
}

std::int64_t paused_times::within(std::uint32_t thread, time_range range) const {
  if (thread >= stretches_.size()) return 0;
  std::int64_t sum = 0;
  const std::vector<time_range>& of_thread = stretches_[thread];
  for (auto s = of_thread.rbegin(); s != of_thread.rend() && s->end_ns > range.begin_ns; ++s) {
    sum += std::max<std::int64_t>(0, std::min(s->end_ns, range.end_ns) - std::max(s->begin_ns, range.begin_ns));
  }
  return sum;
}

std::vector<time_range> paused_times::of_all_threads(std::int64_t end_ns) const {
  std::vector<time_range> common;
  bool is_first = true;
  for (const std::vector<time_range>& of_thread : stretches_) {
    if (of_thread.empty()) continue;
    std::vector<time_range> both;
    if (std::exchange(is_first, false)) {
      both = of_thread;
    } else {
      auto a = common.cbegin(), b = of_thread.cbegin();
      while (a != common.cend() && b != of_thread.cend()) {
        const time_range shared{std::max(a->begin_ns, b->begin_ns), std::min(a->end_ns, b->end_ns)};
        if (shared.length_ns() > 0) both.push_back(shared);
        a->end_ns < b->end_ns ? ++a : ++b;
      }
    }
    common = std::move(both);
  }
  for (time_range& p : common) p.end_ns = std::min(p.end_ns, std::max(p.begin_ns, end_ns));
  return common;
}

}  // namespace weft::viz
