#include <array>

#include "view/widgets.hpp"

namespace weft::viz {

void draw_tab_heads(const screen& on, const window_layout& layout, const viewer_model& model) {
  const rect row = layout.tab_heads;
  on.to.fill({row.x, row.y, row.w, layout.legend.bottom() - row.y}, on.colours.panel);
  on.to.line({row.x, row.y}, {row.right(), row.y}, on.colours.line);
  constexpr std::array<const char*, tab_count> names{"Events", "Coroutine", "Findings", "Statistics"};
  float x = row.x + 10;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const auto which = static_cast<tab>(i);
    std::string words = names[i];
    if (which == tab::findings && !model.findings.empty()) words += "  " + std::to_string(model.findings.size());
    const bool open = model.open_tab == which;
    const face f = open ? face::strong : face::body;
    const rect head{x, row.y + 7, on.to.text_width(words, f) + 24, 26};
    if (open) {
      on.to.fill(head, on.colours.raised, 5);
      on.to.frame(head, on.colours.line, 1, 5);
    } else if (on.hovered(head)) {
      on.to.fill(head, on.colours.raised, 5);
    }
    on.to.text({head.x + 12, head.y + 18}, words, f, open ? on.colours.text : on.colours.text_dim);
    on.on_click(head, act::show_tab{which});
    x = head.right() + 4;
  }
}

}  // namespace weft::viz
