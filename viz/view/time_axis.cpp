#include "view/widgets.hpp"

namespace weft::viz {

void draw_time_axis(const screen& on, const window_layout& layout, const viewer_model& model) {
  const rect axis = layout.axis;
  const clip_scope clip(on.to, {axis.x, axis.y, axis.w, layout.lanes.bottom() - axis.y});
  for (const tick& t : ticks(model.view.scale, static_cast<double>(axis.w), 90)) {
    const float x = axis.x + static_cast<float>(t.x);
    on.to.line({x, axis.y + 20}, {x, layout.lanes.bottom()}, on.colours.line.faded(0.7f), 1);
    if (x + 4 + on.to.text_width(t.label, face::small) > axis.right()) continue;
    on.to.text({x + 4, axis.y + 17}, t.label, face::small, on.colours.text_faint);
  }
}

}  // namespace weft::viz
