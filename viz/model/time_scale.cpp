#include "model/time_scale.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

namespace weft::viz {
namespace {

time_scale from_begin(double begin_from_base, std::int64_t base_ns, double ns_per_px) {
  const double whole = std::floor(begin_from_base);
  return {base_ns + static_cast<std::int64_t>(whole), begin_from_base - whole, ns_per_px};
}

struct unit {
  std::int64_t ns;
  const char* name;
};
constexpr std::array<unit, 4> units{{{1, "ns"}, {1'000, "µs"}, {1'000'000, "ms"}, {1'000'000'000, "s"}}};

std::string printed(const char* format, int decimals, double value, const char* name) {
  std::array<char, 64> text{};
  const int length = std::snprintf(text.data(), text.size(), format, decimals, value, name);
  return std::string(text.data(), static_cast<std::size_t>(std::max(length, 0)));
}

// Chooses a unit in which the label of a tick is short: that of the step, or a larger one for large numbers.
std::string tick_label(std::int64_t t_ns, std::int64_t step_ns, std::int64_t largest_ns) {
  const unit* chosen = &units[0];
  for (const unit& u : units) {
    if (step_ns >= u.ns || largest_ns >= u.ns * 10) chosen = &u;
  }
  int decimals = 0;
  for (std::int64_t resolution = chosen->ns; resolution > step_ns && decimals < 9; resolution /= 10) ++decimals;
  return printed("%.*f %s", decimals, static_cast<double>(t_ns) / static_cast<double>(chosen->ns), chosen->name);
}

}  // namespace

double time_to_x(const time_scale& scale, std::int64_t t_ns) {
  return (static_cast<double>(t_ns - scale.base_ns) - scale.offset_ns) / scale.ns_per_px;
}

std::int64_t x_to_time(const time_scale& scale, double x) {
  return scale.base_ns + static_cast<std::int64_t>(std::floor(scale.offset_ns + x * scale.ns_per_px));
}

time_range visible_range(const time_scale& scale, double width) {
  return {x_to_time(scale, 0), x_to_time(scale, width) + 1};
}

time_scale fit(time_range range, double width, double margin) {
  const double length = std::max<double>(1, static_cast<double>(range.length_ns()));
  const double usable = std::max(1.0, width * (1 - 2 * margin));
  const double ns_per_px = std::max(min_ns_per_px, length / usable);
  return from_begin(-width * margin * ns_per_px, range.begin_ns, ns_per_px);
}

time_scale zoomed(const time_scale& scale, double x, double factor, time_range whole, double width) {
  const double most = std::max(1.0, static_cast<double>(whole.length_ns())) * 4 / std::max(1.0, width);
  const double ns_per_px = std::clamp(scale.ns_per_px * factor, min_ns_per_px, std::max(most, min_ns_per_px));
  return from_begin(scale.offset_ns + x * (scale.ns_per_px - ns_per_px), scale.base_ns, ns_per_px);
}

time_scale panned(const time_scale& scale, double px, time_range whole, double width) {
  const time_scale moved = from_begin(scale.offset_ns + px * scale.ns_per_px, scale.base_ns, scale.ns_per_px);
  const double keep_px = width * 0.1;
  if (time_to_x(moved, whole.begin_ns) > width - keep_px) {
    return from_begin(-(width - keep_px) * scale.ns_per_px, whole.begin_ns, scale.ns_per_px);
  }
  if (time_to_x(moved, whole.end_ns) < keep_px) {
    return from_begin(-keep_px * scale.ns_per_px, whole.end_ns, scale.ns_per_px);
  }
  return moved;
}

std::vector<tick> ticks(const time_scale& scale, double width, double min_distance_px) {
  const double smallest = std::max(1.0, min_distance_px * scale.ns_per_px);
  std::int64_t step = 1;
  while (static_cast<double>(step) < smallest) {
    if (static_cast<double>(step * 2) >= smallest) {
      step *= 2;
    } else if (static_cast<double>(step * 5) >= smallest) {
      step *= 5;
    } else {
      step *= 10;
    }
  }
  const time_range shown = visible_range(scale, width);
  std::int64_t t = shown.begin_ns - shown.begin_ns % step;
  if (t < shown.begin_ns && shown.begin_ns > 0) t += step;
  std::vector<tick> result;
  for (; t < shown.end_ns; t += step) {
    const double x = time_to_x(scale, t);
    if (x >= 0 && x < width) result.push_back({t, x, tick_label(t, step, shown.end_ns)});
  }
  return result;
}

std::string duration_text(std::int64_t ns) {
  if (ns < 0) return "-" + duration_text(-ns);
  if (ns < 1'000) return std::to_string(ns) + " ns";
  constexpr std::int64_t minute_ns = 60'000'000'000;
  if (ns >= minute_ns) {
    return std::to_string(ns / minute_ns) + " min " + std::to_string(ns % minute_ns / 1'000'000'000) + " s";
  }
  const unit& u = ns < 999'500 ? units[1] : ns < 999'500'000 ? units[2] : units[3];
  const double value = static_cast<double>(ns) / static_cast<double>(u.ns);
  return printed("%.*f %s", value < 9.995 ? 2 : value < 99.95 ? 1 : 0, value, u.name);
}

std::string instant_text(std::int64_t ns) {
  const std::int64_t size = std::abs(ns);
  if (size < 1'000'000) return printed("%.*f %s", 2, static_cast<double>(ns) / 1e3, "µs");
  if (size < 1'000'000'000) return printed("%.*f %s", 4, static_cast<double>(ns) / 1e6, "ms");
  return printed("%.*f %s", 6, static_cast<double>(ns) / 1e9, "s");
}

}  // namespace weft::viz
