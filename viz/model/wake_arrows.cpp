#include "model/wake_arrows.hpp"

#include <algorithm>
#include <cmath>

namespace weft::viz {
namespace {

// Limits the search for wakes by the selected coroutine, which no index supports: millions may be in view.
constexpr std::size_t search_limit = 20'000;

}  // namespace

std::vector<wake_arrow> wake_arrows(const trace_model& trace, coroutine_index selected, const cursor& at,
                                    time_range shown) {
  std::vector<wake_arrow> result;
  const trace_part& part = trace.around(at.event);
  const auto all = part.wakes();
  const auto take = [&](const wake& w) {
    const std::optional<transition> run = run_after(part, w);
    const std::int64_t none = part.end_event() < trace.event_count() ? wake_arrow::runs_later : wake_arrow::never_runs;
    result.push_back({w, run ? run->t_ns : none, false});
  };
  const std::size_t middle = part.first_wake_from(at.event + 1);
  for (std::size_t i = middle, n = 0; i-- > 0 && n < search_limit && result.size() < max_wake_arrows / 2; ++n) {
    if (all[i].t_ns < shown.begin_ns) break;
    if ((all[i].target == selected || all[i].waker == selected) && all[i].t_ns < shown.end_ns) take(all[i]);
  }
  std::reverse(result.begin(), result.end());
  for (std::size_t i = middle, n = 0; i < all.size() && n < search_limit && result.size() < max_wake_arrows; ++i, ++n) {
    if (all[i].t_ns >= shown.end_ns) break;
    if ((all[i].target == selected || all[i].waker == selected) && all[i].t_ns >= shown.begin_ns) take(all[i]);
  }
  // The text belongs to the wake that made the selected coroutine ready, not to wakes that it caused.
  wake_arrow* nearest = nullptr;
  const auto distance = [&](const wake_arrow& a) { return std::abs(a.what.t_ns - at.t_ns); };
  for (wake_arrow& a : result) {
    if (a.what.target == selected && (nearest == nullptr || distance(a) < distance(*nearest))) nearest = &a;
  }
  if (nearest != nullptr) nearest->nearest = true;
  return result;
}

}  // namespace weft::viz
