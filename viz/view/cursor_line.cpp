#include <cmath>

#include "view/widgets.hpp"

namespace weft::viz {

void draw_cursor(const screen& on, const window_layout& layout, const viewer_model& model) {
  const float top = layout.axis.y + 2;
  const float bottom = layout.lanes.bottom();
  const clip_scope clip(on.to, {layout.axis.x, layout.axis.y, layout.axis.w + 8, bottom - layout.axis.y});
  const auto to_x = [&](std::int64_t t) { return layout.lanes.x + static_cast<float>(time_to_x(model.view.scale, t)); };
  if (model.measured) {
    const float x0 = std::max(to_x(model.measured->begin_ns), layout.lanes.x - 2);
    const float x1 = std::min(to_x(model.measured->end_ns), layout.lanes.right() + 2);
    if (x1 > x0) {
      on.to.fill({x0, layout.axis.bottom(), x1 - x0, bottom - layout.axis.bottom()}, on.colours.accent.faded(0.12f));
      on.to.line({x0, layout.axis.bottom()}, {x0, bottom}, on.colours.accent, 1);
      on.to.line({x1, layout.axis.bottom()}, {x1, bottom}, on.colours.accent, 1);
      const std::string words = duration_text(model.measured->length_ns());
      const float width = on.to.text_width(words, face::mono_small) + 12;
      const rect chip{(x0 + x1 - width) / 2, bottom - 24, width, 18};
      on.to.fill(chip, on.colours.accent, 3);
      on.to.text({chip.x + chip.w / 2, chip.y + 13}, words, face::mono_small, on.colours.cursor_text, align::centre);
    }
  }
  const float x = std::round(to_x(model.at.t_ns));
  if (x < layout.lanes.x - 1 || x > layout.lanes.right() + 1) return;
  on.to.line({x, top + 14}, {x, bottom}, on.colours.cursor, 1.5f);
  const std::string words = instant_text(model.at.t_ns);
  const float width = on.to.text_width(words, face::mono_small) + 14;
  const float left = std::clamp(x - width / 2, layout.lanes.x, layout.lanes.right() + 8 - width);
  on.to.fill({left, top, width, 18}, on.colours.cursor, 3);
  on.to.text({left + width / 2, top + 13}, words, face::mono_small, on.colours.cursor_text, align::centre);
}

}  // namespace weft::viz
