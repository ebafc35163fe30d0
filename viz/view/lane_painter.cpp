#include "view/lane_painter.hpp"

#include <algorithm>
#include <cmath>
#include <span>

namespace weft::viz {
namespace {

// A name cut to fewer bytes than this (three are the dots) is not shown.
constexpr std::size_t shortest_cut_name = 6;

// In a column of almost only runs, nothing else is painted below them.
constexpr float mostly_running = 0.95f;

// Heights as shares of the row's height.
float height_of(span_kind kind, float row) {
  switch (kind) {
    case span_kind::running:
      return std::round(row * 0.60f);
    case span_kind::ready:
      return std::round(row * 0.40f);
    case span_kind::io:
    case span_kind::other:
      return std::max(5.0f, std::round(row * 0.22f));
    case span_kind::sleeping:
      return 2;
    case span_kind::nothing:
      return std::round(row * 0.34f);
  }
  return 0;
}

float run_height(const rect& row, const lane_look& look) {
  return look.thread ? row.h - 14 : height_of(span_kind::running, row.h);
}

bool touch(const pixel_span& a, const pixel_span& b) { return b.x0 - a.x1 < 0.01; }

rect centred(const rect& row, double x0, double x1, float height) {
  return {row.x + static_cast<float>(x0), std::round(row.y + (row.h - height) / 2), static_cast<float>(x1 - x0),
          height};
}

void paint_waiting(const screen& on, const rect& row, const pixel_span& span, const lane_look& look) {
  if (span.kind == span_kind::nothing) {
    if (look.thread)
      on.to.fill(centred(row, span.x0, span.x1, height_of(span.kind, row.h)), on.colours.idle.faded(0.5f), 0);
    return;
  }
  const rect area = centred(row, span.x0, span.x1, height_of(span.kind, row.h));
  if (const std::optional<pattern> p = pattern_of(span.kind)) {
    on.to.fill_pattern(area, *p, on.colours.of(span.kind));
  } else {
    on.to.fill(area, on.colours.of(span.kind), 0);
  }
}

void paint_run(const screen& on, const rect& row, const pixel_span& span, const lane_look& look) {
  rect area = centred(row, span.x0, span.x1, run_height(row, look));
  const bool apart = area.w > 5;  // in a thread's row a gap separates neighbours, if there is room
  if (look.thread && apart) area.w -= 1;
  on.to.fill(area, span.long_run ? on.colours.holding : on.colours.running, area.w > 6 ? 2.0f : 0.0f);
  if (!look.name || area.w < 26) return;
  // A name stays visible while its span does.
  const float left = std::max(area.x, row.x) + 5;
  const float room = std::min(area.right(), row.right()) - left - 4;
  const std::string name = look.name(span.index);
  const std::string shown = fitted(on.to, name, face::small, room);
  if (shown != name && shown.size() < shortest_cut_name) return;
  on.to.text({left, std::round(area.y + area.h / 2 + 4)}, shown, face::small,
             span.long_run ? on.colours.on_holding : on.colours.on_running);
}

// One column of many states, alone between exact spans: its runs are a line as tall as any run, whose opacity shows
// their share and is never zero.
void paint_lone_column(const screen& on, const rect& row, const pixel_span& column, const lane_look& look) {
  if (column.running_share < mostly_running) paint_waiting(on, row, column, look);
  if (!column.any_running && !column.long_run) return;
  const rect whole = centred(row, column.x0, column.x1, run_height(row, look));
  on.to.fill(whole,
             column.long_run ? on.colours.holding : on.colours.running.faded(0.45f + 0.55f * column.running_share), 0);
}

// Calls paint for each series of adjacent columns with the same `key`; not if the key is negative.
template <class Key, class Paint>
void for_each_run(std::span<const pixel_span> columns, Key key, Paint paint) {
  for (std::size_t i = 0; i < columns.size();) {
    const int now = key(columns[i]);
    std::size_t j = i + 1;
    while (j < columns.size() && key(columns[j]) == now && touch(columns[j - 1], columns[j])) ++j;
    pixel_span run = columns[i];
    run.x1 = columns[j - 1].x1;
    if (now >= 0) paint(run, now);
    i = j;
  }
}

// Many adjacent columns: their main kind of wait, and above it a bar whose height is the share of their runs. Painted
// in layers, so that neighbours become one shape: there may be thousands of columns, and each shape costs time.
void paint_columns(const screen& on, const rect& row, std::span<const pixel_span> columns, const lane_look& look) {
  const float height = run_height(row, look);
  const auto kind = [](const pixel_span& c) {
    return c.running_share < mostly_running ? static_cast<int>(c.kind) : -1;
  };
  for_each_run(columns, kind, [&](const pixel_span& run, int) { paint_waiting(on, row, run, look); });

  const auto runs = [](const pixel_span& c) { return c.any_running && !c.long_run ? 1 : -1; };
  for_each_run(columns, runs, [&](const pixel_span& run, int) {
    on.to.fill(centred(row, run.x0, run.x1, height), on.colours.running.faded(0.16f), 0);
  });
  const auto bar = [&](const pixel_span& c) {
    return runs(c) < 0 ? -1 : static_cast<int>(std::lround(std::max(2.0f, height * c.running_share)));
  };
  for_each_run(columns, bar, [&](const pixel_span& run, int px) {
    const rect whole = centred(row, run.x0, run.x1, height);
    const auto high = static_cast<float>(px);
    on.to.fill({whole.x, whole.bottom() - high, whole.w, high}, on.colours.running.faded(0.9f), 0);
  });
  const auto holds = [](const pixel_span& c) { return c.long_run ? 1 : -1; };
  for_each_run(columns, holds, [&](const pixel_span& run, int) {
    on.to.fill(centred(row, run.x0, run.x1, height), on.colours.holding, 0);
  });
}

// The end of a sleep whose timer was due while another coroutine ran.
void paint_overdue(const screen& on, const rect& row, const pixel_span& span, const lane_look& look, double ns_per_px) {
  if (span.kind != span_kind::sleeping || !look.overdue_ns) return;
  const double px = static_cast<double>(look.overdue_ns(span.index)) / ns_per_px;
  if (px < 2) return;
  const double x0 = std::max(span.x0, span.x1 - px);
  on.to.fill_pattern(centred(row, x0, span.x1, std::round(row.h * 0.22f)), pattern::dots, on.colours.ready);
}

void paint_spans(const screen& on, const rect& row, const std::vector<pixel_span>& spans, const time_scale& scale,
                 const lane_look& look) {
  for (std::size_t i = 0; i < spans.size();) {
    const pixel_span& span = spans[i];
    std::size_t end = i + 1;
    while (span.merged && end < spans.size() && spans[end].merged) ++end;
    if (end - i > 1) {
      paint_columns(on, row, std::span(spans).subspan(i, end - i), look);
    } else if (span.merged) {
      paint_lone_column(on, row, span, look);
    } else if (span.kind == span_kind::running) {
      paint_run(on, row, span, look);
    } else {
      paint_waiting(on, row, span, look);
      paint_overdue(on, row, span, look, scale.ns_per_px);
    }
    i = end;
  }
}

}  // namespace

void paint_track(const screen& on, const rect& row, const track& states, const time_scale& scale,
                 std::int64_t trace_end_ns, const lane_look& look) {
  paint_spans(on, row, pixel_spans(states, scale, static_cast<double>(row.w), trace_end_ns, look.thread), scale, look);
}

void paint_buckets(const screen& on, const rect& row, const std::function<mip_sums(time_range)>& sums_in,
                   time_range extent, const time_scale& scale, bool thread) {
  lane_look look;
  look.thread = thread;
  paint_spans(on, row, pixel_columns(sums_in, scale, static_cast<double>(row.w), extent, thread), scale, look);
}

void paint_dimmed(const screen& on, const rect& row) { on.to.fill(row, on.colours.ground.faded(0.66f)); }

void paint_dimmed(const screen& on, const rect& row, time_range lit, const time_scale& scale) {
  const auto x_of = [&](std::int64_t t_ns) {
    return std::clamp(row.x + static_cast<float>(time_to_x(scale, t_ns)), row.x, row.right());
  };
  // What lasts no time is dimmed from its own pixel on.
  const float from = x_of(lit.begin_ns), to = std::min(row.right(), std::max(x_of(lit.end_ns), from + 1));
  if (from > row.x) paint_dimmed(on, {row.x, row.y, from - row.x, row.h});
  if (to < row.right()) paint_dimmed(on, {to, row.y, row.right() - to, row.h});
}

void paint_swatch(const screen& on, const rect& area, span_kind kind, bool holding) {
  if (holding) {
    on.to.fill(area, on.colours.holding, 2);
  } else if (const std::optional<pattern> p = pattern_of(kind)) {
    on.to.fill_pattern(area, *p, on.colours.of(kind));
  } else if (kind == span_kind::sleeping) {
    on.to.fill({area.x, std::round(area.y + area.h / 2 - 1), area.w, 2}, on.colours.sleeping, 0);
  } else {
    on.to.fill(area, on.colours.of(kind), 2);
  }
}

}  // namespace weft::viz
