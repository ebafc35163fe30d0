#include <array>

#include "view/lane_painter.hpp"
#include "view/state_text.hpp"
#include "view/widgets.hpp"

namespace weft::viz {

void draw_legend(const screen& on, const window_layout& layout, const viewer_model& model) {
  const rect row = layout.legend;
  on.to.fill(row, on.colours.panel);
  struct item {
    span_kind kind;
    bool holding;
    const char* words;
    const char* hint;
  };
  const std::array<item, 6> items{{
      {span_kind::running, false, "running", explanation(span_kind::running)},
      {span_kind::ready, false, "ready", explanation(span_kind::ready)},
      {span_kind::io, false, "waits for I/O", explanation(span_kind::io)},
      {span_kind::other, false, "waits for another", explanation(span_kind::other)},
      {span_kind::sleeping, false, "sleeps", explanation(span_kind::sleeping)},
      {span_kind::running, true, "holds the thread too long",
       "Ran for 10 ms or more without a switch: all others stood still."},
  }};
  const float y = row.y + row.h / 2;
  float x = row.x + 16;
  for (const item& i : items) {
    paint_swatch(on, {x, y - 7, 14, 13}, i.kind, i.holding);
    const float width = on.to.text_width(i.words, face::small);
    on.to.text({x + 20, y + 4}, i.words, face::small, on.colours.text_dim);
    on.on_hover({x - 4, row.y, width + 28, row.h}, i.hint);
    x += 20 + width + 22;
  }
  std::string keys = "← → event    ⇧ switch    , . span    [ ] wake    ? all keys";
  const time_range in_view = visible_range(model.view.scale, static_cast<double>(layout.lanes.w));
  if (model.trace->exactly(in_view) == nullptr) {
    const std::int64_t bucket_ns = model.trace->roughly(in_view)->scale().bucket_ns;
    keys = "lanes show shares of each " + duration_text(bucket_ns) + ": zoom in for single states";
  }
  if (x + on.to.text_width(keys, face::small) + 20 < row.right()) {
    on.to.text({row.right() - 18, y + 4}, keys, face::small, on.colours.text_faint, align::right);
  }
}

}  // namespace weft::viz
