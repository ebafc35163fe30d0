// Arrows for wakes by and of the selected coroutine: from the waker's lane at the wake to the target's lane.
#include <cmath>

#include "model/wake_arrows.hpp"
#include "view/widgets.hpp"

namespace weft::viz {
namespace {

std::string arrow_text(const trace_model& trace, const wake_arrow& a) {
  std::string words = (a.what.waker == nobody ? (a.what.reason == diary::wait_reason::sleep ? "timer" : "poller")
                                              : trace.label(a.what.waker)) +
                      " wakes " + trace.label(a.what.target);
  words += a.run_ns == wake_arrow::never_runs   ? ", it does not run before the end"
           : a.run_ns == wake_arrow::runs_later ? ", it runs much later"
                                                : ", +" + duration_text(a.run_ns - a.what.t_ns) + " until it runs";
  return words;
}

}  // namespace

void draw_wake_arrows(const screen& on, const window_layout& layout, const viewer_model& model) {
  if (!model.selected) return;
  const trace_model& trace = *model.trace;
  const time_range shown = visible_range(model.view.scale, model.port.lanes_width);
  const clip_scope clip(on.to,
                        {layout.lanes.x, layout.threads.y, layout.lanes.w, layout.lanes.bottom() - layout.threads.y});
  for (const wake_arrow& a : wake_arrows(trace, *model.selected, model.at, shown)) {
    const float x = layout.lanes.x + static_cast<float>(time_to_x(model.view.scale, a.what.t_ns));
    const rect target = lane_rect(layout, model, model.lanes.lane_of(a.what.target));
    // The arrow of a wake by the poller or a timer starts in the thread's row.
    const rect source = a.what.waker != nobody ? lane_rect(layout, model, model.lanes.lane_of(a.what.waker))
                                               : thread_rect(layout, a.what.thread);
    const bool down = source.y < target.y;
    const colour ink = on.colours.accent.faded(a.nearest ? 1.0f : 0.4f);
    const float width = a.nearest ? 1.6f : 1.0f;
    const float reach = std::round(target.h * 0.2f);
    const point to{x, std::round(target.y + target.h / 2) + (down ? -reach - 4 : reach + 4)};
    // Of the poller's many wakes only the nearest one is drawn in full length.
    const bool stub = a.what.waker == nobody && !a.nearest;
    const point from{x, stub ? to.y - 10 : std::round(source.y + source.h / 2)};
    const float bend = a.what.waker == nobody ? 0.0f : 9.0f;
    const float middle = (from.y + to.y) / 2;
    on.to.curve(from, {x + bend, from.y + (middle - from.y) * 0.8f}, {x - bend, to.y - (to.y - middle) * 0.8f}, to, ink,
                width);
    const float tip = down ? to.y + 5 : to.y - 5;
    on.to.triangle({x - 3.5f, to.y}, {x + 3.5f, to.y}, {x, tip}, ink);
    if (!stub) on.to.disc(from, a.nearest ? 3.5f : 2.0f, ink);
    if (!a.nearest) continue;
    const std::string words = arrow_text(trace, a);
    const float text_width = on.to.text_width(words, face::small);
    const float left = std::min(x + 12, layout.lanes.right() - text_width - 6);
    const float y = down ? target.y - 1 : target.bottom() + 9;
    on.to.fill({left - 4, y - 9, text_width + 8, 15}, on.colours.ground.faded(0.86f), 3);
    on.to.text({left, y + 2}, words, face::small, on.colours.accent);
  }
}

}  // namespace weft::viz
