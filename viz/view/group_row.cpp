#include "view/group_row.hpp"

#include <array>
#include <cmath>

#include "view/theme.hpp"

namespace weft::viz {
namespace {

// From the bottom: those that want the thread, then those that wait.
constexpr std::array stacked{span_kind::running, span_kind::ready, span_kind::io, span_kind::other,
                             span_kind::sleeping};

void draw_triangle(const screen& on, point c, bool unfolded, colour ink) {
  if (unfolded) {
    on.to.triangle({c.x - 4, c.y - 2.5f}, {c.x + 4, c.y - 2.5f}, {c.x, c.y + 3.5f}, ink);
  } else {
    on.to.triangle({c.x - 2.5f, c.y - 4}, {c.x + 3.5f, c.y}, {c.x - 2.5f, c.y + 4}, ink);
  }
}

const char* word_for(lane_order order) {
  switch (order) {
    case lane_order::start:
      return "by start";
    case lane_order::slowest:
      return "longest run first";
    case lane_order::longest_ready:
      return "longest ready first";
  }
  return "";
}

lane_order next(lane_order order) { return static_cast<lane_order>((static_cast<int>(order) + 1) % 3); }

// Columns side by side whose layer has the same edges become one shape.
void draw_layer(const screen& on, const rect& area, const std::vector<area_column>& columns, std::size_t layer,
                float most) {
  const colour ink = on.colours.of(stacked[layer]);
  const std::optional<pattern> how = pattern_of(stacked[layer]);
  const auto edges = [&](const area_column& c) {
    float below = 0;
    for (std::size_t i = 0; i < layer; ++i) below += c[static_cast<std::size_t>(stacked[i])];
    const float own = c[static_cast<std::size_t>(stacked[layer])];
    const float low = std::round(area.h * below / most);
    float high = std::round(area.h * (below + own) / most);
    // Whoever runs is one of hundreds: a pixel shows that somebody did.
    if (own > 0.02f && layer < 2) high = std::max(high, low + 1);
    return std::pair{low, high};
  };
  for (std::size_t i = 0; i < columns.size();) {
    const auto [low, high] = edges(columns[i]);
    std::size_t end = i + 1;
    while (end < columns.size() && edges(columns[end]) == std::pair{low, high}) ++end;
    if (high > low) {
      const rect part{area.x + static_cast<float>(static_cast<double>(i) * area_column_px), area.bottom() - high,
                      static_cast<float>(static_cast<double>(end - i) * area_column_px), high - low};
      if (stacked[layer] == span_kind::sleeping) {
        on.to.fill(part, ink.faded(0.16f));
      } else if (how) {
        on.to.fill_pattern(part, *how, ink);
      } else {
        on.to.fill(part, ink);
      }
    }
    i = end;
  }
}

}  // namespace

void draw_group(const screen& on, const window_layout& layout, const viewer_model& model, std::uint32_t group,
                const rect& row, const rect& label) {
  const lane_group& g = model.rows.groups()[group];
  const float middle = label.y + label.h / 2;
  draw_triangle(on, {label.x + 14, std::round(middle) - 3}, g.unfolded, on.colours.text_dim);
  const float room = label.w - 40;
  text_in(on.to, {label.x + 26, std::round(middle) - 1}, g.name, face::strong, on.colours.text, room);
  const std::string count = std::to_string(g.coroutines) + " coroutines";
  text_in(on.to, {label.x + 26, std::round(middle) + 13},
          g.unfolded ? count + " · " + word_for(model.row_wishes.order) : count, face::small, on.colours.text_faint,
          room);
  if (on.mouse && label.contains(*on.mouse)) {
    on.on_click(label, act::toggle_group{g.site}, g.unfolded ? "Fold (click)" : "Unfold (click)");
    if (g.unfolded) {
      on.on_click({label.x + 26, middle + 3, room, 13}, act::order_lanes{next(model.row_wishes.order)},
                  "Order the lanes otherwise");
    }
  }
  const clip_scope inner(on.to, layout.lanes);
  const rect area{row.x, row.y + 4, row.w, row.h - 6};
  const std::vector<area_column>& columns = model.area_of(group);
  float most = 1;
  for (const area_column& c : columns) {
    float all = 0;
    for (const float share : c) all += share;
    most = std::max(most, all);
  }
  for (std::size_t layer = 0; layer < stacked.size(); ++layer) draw_layer(on, area, columns, layer, most);
}

}  // namespace weft::viz
