// The whole trace in one strip, with a frame around the visible stretch.
#include <algorithm>
#include <cmath>

#include "view/widgets.hpp"

namespace weft::viz {
namespace {

bool alike(const overview_column& a, const overview_column& b) {
  return a.long_run == b.long_run && std::abs(a.busy - b.busy) < 0.04f;
}

}  // namespace

void draw_overview_strip(const screen& on, const window_layout& layout, const viewer_model& model) {
  on.to.fill(layout.overview_row, on.colours.panel);
  on.to.line({layout.overview_row.x, layout.overview_row.bottom()},
             {layout.overview_row.right(), layout.overview_row.bottom()}, on.colours.line);
  const bool is_reading = !model.trace->is_indexed();
  const auto per_cent = static_cast<int>(model.trace->progress() * 100);
  on.to.text({16, layout.overview_row.y + 25}, is_reading ? "reading, " + std::to_string(per_cent) + " %" : "overview",
             face::small, is_reading ? on.colours.text : on.colours.text_faint);
  const rect strip = layout.overview;
  on.to.fill(strip, on.colours.ground);
  const std::vector<overview_column>& all = model.strip;
  const float step = strip.w / static_cast<float>(std::max<std::size_t>(1, all.size()));
  for (std::size_t i = 0; i < all.size();) {
    std::size_t j = i + 1;
    while (j < all.size() && alike(all[i], all[j])) ++j;
    const float x = strip.x + static_cast<float>(i) * step;
    const float width = static_cast<float>(j - i) * step;
    if (all[i].long_run) {
      on.to.fill({x, strip.y, width, strip.h}, on.colours.holding.faded(0.75f));
    } else if (all[i].busy > 0) {
      // Height and opacity both show how busy it is: a nearly idle stretch is low but visible.
      const float height = std::max(2.0f, strip.h * all[i].busy);
      on.to.fill({x, strip.bottom() - height, width, height}, on.colours.running.faded(0.35f + 0.3f * all[i].busy));
    }
    i = j;
  }

  if (is_reading) {
    const auto done = static_cast<float>(model.trace->progress());
    on.to.fill({strip.x, strip.bottom() + 3, strip.w, 3}, on.colours.line, 1);
    on.to.fill({strip.x, strip.bottom() + 3, strip.w * done, 3}, on.colours.accent, 1);
  }

  const time_range whole = model.trace->whole();
  const time_range seen = visible_range(model.view.scale, model.port.lanes_width);
  const auto to_x = [&](std::int64_t t) {
    const double share =
        static_cast<double>(t - whole.begin_ns) / std::max<double>(1, static_cast<double>(whole.length_ns()));
    return strip.x + strip.w * static_cast<float>(std::clamp(share, 0.0, 1.0));
  };
  const float x0 = to_x(seen.begin_ns);
  const float x1 = std::max(to_x(seen.end_ns), x0 + 4);
  on.to.fill({x0, strip.y - 3, x1 - x0, strip.h + 6}, on.colours.accent.faded(0.1f), 3);
  on.to.frame({x0, strip.y - 3, x1 - x0, strip.h + 6}, on.colours.accent, 1, 3);
  const float cursor_x = to_x(model.at.t_ns);
  // Not across the strip: it would hide a narrow mark.
  on.to.line({cursor_x, strip.y - 6}, {cursor_x, strip.y + 4}, on.colours.cursor, 2);
  on.to.line({cursor_x, strip.bottom() - 4}, {cursor_x, strip.bottom() + 6}, on.colours.cursor, 2);
}

}  // namespace weft::viz
