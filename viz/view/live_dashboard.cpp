// In place of the state at the cursor while a live trace is followed: the cursor would run too fast to be read, so what
// stands here are the rates of the last second, each with the last ten seconds as bars.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "view/widgets.hpp"

namespace weft::viz {
namespace {

std::string count_text(std::uint64_t n) {
  if (n < 10'000) return std::to_string(n);
  std::array<char, 32> text{};
  const double value = static_cast<double>(n);
  std::snprintf(text.data(), text.size(), n < 10'000'000 ? "%.1f k" : "%.1f M",
                n < 10'000'000 ? value / 1e3 : value / 1e6);
  return text.data();
}

struct line {
  const char* name;
  std::string value;
  colour ink;
  double (*of)(const live_rates::bin& b);
};

// The last bin is not over and not shown: its bar would always be too short.
void draw_bars(const screen& on, const rect& area, const std::deque<live_rates::bin>& bins, const line& what) {
  const std::size_t count = bins.empty() ? 0 : bins.size() - 1;
  double most = 0;
  for (std::size_t i = 0; i < count; ++i) most = std::max(most, what.of(bins[i]));
  on.to.fill({area.x, area.bottom() - 1, area.w, 1}, on.colours.line);
  if (most <= 0) return;
  const float step = area.w / static_cast<float>(live_rates::bins_kept);
  const float left = area.right() - step * static_cast<float>(count);
  for (std::size_t i = 0; i < count; ++i) {
    const double value = what.of(bins[i]);
    if (value <= 0) continue;
    const float height = std::max(1.0f, std::round(area.h * static_cast<float>(value / most)));
    on.to.fill({left + step * static_cast<float>(i), area.bottom() - height, std::max(1.0f, step - 1), height},
               what.ink);
  }
}

}  // namespace

bool shows_dashboard(const viewer_model& model) {
  return model.live && model.following && model.program.mode == program_mode::running && model.rates.bins().size() > 1;
}

void draw_live_dashboard(const screen& on, const window_layout& layout, const viewer_model& model) {
  const rect panel = layout.side;
  const theme& c = on.colours;
  on.to.fill(panel, c.panel);
  on.to.line({panel.x, panel.y}, {panel.x, panel.bottom()}, c.line);
  const clip_scope clip(on.to, panel);
  const rect inner{panel.x + 16, panel.y, panel.w - 32, panel.h};
  on.to.text({inner.x, inner.y + 26}, "The last second", face::title, c.text);
  on.to.text({inner.right(), inner.y + 26}, "bars: the last 10 s", face::small, c.text_faint, align::right);
  const live_rates::second now = model.rates.last_second();
  std::array<char, 16> busy{};
  std::snprintf(busy.data(), busy.size(), "%.0f %%", 100 * now.busy);
  using bin = live_rates::bin;
  const std::array<line, 6> lines{{
      {"switches a second", count_text(now.switches), c.running,
       [](const bin& b) { return static_cast<double>(b.switches); }},
      {"busy", busy.data(), c.running, [](const bin& b) { return static_cast<double>(b.run_ns); }},
      {"most that stood ready at once", count_text(now.deepest_ready), c.ready,
       [](const bin& b) { return static_cast<double>(b.deepest_ready); }},
      {"ready until it ran, 99 of 100", duration_text(now.delay_p99_ns), c.ready,
       [](const bin& b) { return static_cast<double>(live_rates::p99_ns(b)); }},
      {"held the thread too long", count_text(now.holds), c.holding,
       [](const bin& b) { return static_cast<double>(b.holds); }},
      {"coroutines alive", count_text(now.live), c.other, [](const bin& b) { return static_cast<double>(b.live); }},
  }};
  constexpr float block = 66, bar_height = 26;
  float y = inner.y + 44;
  for (const line& l : lines) {
    if (y + block > panel.bottom()) break;
    on.to.text({inner.x, y + 14}, l.name, face::body, c.text_dim);
    on.to.text({inner.right(), y + 14}, l.value, face::strong, l.ink == c.holding && now.holds > 0 ? c.holding : c.text,
               align::right);
    draw_bars(on, {inner.x, y + 22, inner.w, bar_height}, model.rates.bins(), l);
    y += block;
  }
  on.to.text({inner.x, y + 18}, "Space or a click stops here: the state at that instant.", face::small, c.text_faint);
}

}  // namespace weft::viz
