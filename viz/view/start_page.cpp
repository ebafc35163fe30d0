// No trace is open: what one can do about it.
#include <array>

#include "view/lane_painter.hpp"
#include "view/widgets.hpp"

namespace weft::viz {

void draw_start_page(const screen& on, const window_layout& layout, const viewer_model& model) {
  rect page = layout.window;
  page.cut_top(layout.top.h);
  const float x = page.x + page.w / 2 - 220;
  float y = page.y + page.h * 0.26f;
  on.to.text({x, y}, "weft", face::brand, on.colours.text);
  on.to.text({x + 54, y}, "plays back the diary of a coroutine scheduler", face::body, on.colours.text_dim);
  y += 26;
  // A small woven band: the states, as everywhere.
  constexpr std::array<span_kind, 6> band{span_kind::io,       span_kind::ready, span_kind::running,
                                          span_kind::sleeping, span_kind::ready, span_kind::running};
  for (std::size_t i = 0; i < band.size(); ++i) paint_swatch(on, {x + static_cast<float>(i) * 74, y, 70, 13}, band[i]);
  y += 58;
  struct line {
    const char* what;
    const char* how;
  };
  constexpr std::array<line, 5> lines{{
      {"Drop a trace file here", "any file that WEFT_TRACE=FILE recorded"},
      {"weft demo", "watch a small built-in program live"},
      {"weft live PID", "watch a running program; weft ps lists them"},
      {"weft view FILE", "open a recorded trace"},
      {"weft record -- PROGRAM", "run a program with recording on"},
  }};
  for (const line& l : lines) {
    on.to.text({x, y}, l.what, face::mono, on.colours.text);
    on.to.text({x + 216, y}, l.how, face::body, on.colours.text_dim);
    y += 28;
  }
  if (!model.notice.empty())
    text_in(on.to, {x, y + 20}, model.notice, face::body, on.colours.holding, page.right() - x - 20);
}

}  // namespace weft::viz
