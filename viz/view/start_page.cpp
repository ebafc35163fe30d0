// The page without a trace: what the user can do.
#include <algorithm>
#include <array>
#include <string>

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
  // A small woven band of the states, as they look everywhere.
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
  y += 16;
  if (!model.running.empty()) {
    on.to.text({x, y}, "RUNNING PROGRAMS: click one to watch it", face::heading, on.colours.text_dim);
    y += 12;
    constexpr std::size_t most_shown = 8;
    for (std::size_t i = 0; i < std::min(model.running.size(), most_shown); ++i) {
      const listed_program& p = model.running[i];
      const rect row{x - 8, y, 460, 26};
      if (on.hovered(row)) on.to.fill(row, on.colours.raised, 4);
      on.to.text({x, y + 18}, std::to_string(p.pid), face::mono, on.colours.text_dim);
      text_in(on.to, {x + 80, y + 18}, p.name, face::body, on.colours.text, 200);
      on.to.text({x + 290, y + 18}, p.recording ? "records" : "not recorded yet", face::body, on.colours.text_dim);
      on.on_click(row, act::open_program{p.pid}, "Attach and watch it live");
      y += 28;
    }
    if (model.running.size() > most_shown) {
      on.to.text({x, y + 16}, "and " + std::to_string(model.running.size() - most_shown) + " more: weft ps", face::body,
                 on.colours.text_dim);
      y += 28;
    }
  }
  if (!model.notice.empty())
    text_in(on.to, {x, y + 20}, model.notice, face::body, on.colours.holding, page.right() - x - 20);
}

}  // namespace weft::viz
