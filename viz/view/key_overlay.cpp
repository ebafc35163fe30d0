#include <array>

#include "view/keys.hpp"
#include "view/widgets.hpp"

namespace weft::viz {
namespace {

struct row {
  const char* left;
  const char* right;
};

std::vector<row> rows_of(key_group group) {
  std::vector<row> rows;
  if (group == key_group::select) {
    for (const mouse_line& m : all_gestures()) rows.push_back({m.gesture, m.meaning});
  }
  for (const key_binding& b : all_keys()) {
    if (b.group == group && b.keys != nullptr) rows.push_back({b.keys, b.meaning});
  }
  return rows;
}

}  // namespace

void draw_key_overlay(const screen& on, const window_layout& layout) {
  on.to.fill(layout.window, on.colours.ground.faded(0.72f));
  const float width = std::min(900.0f, layout.window.w - 40);
  const float height = std::min(480.0f, layout.window.h - 40);
  const rect page{(layout.window.w - width) / 2, (layout.window.h - height) / 2, width, height};
  on.to.fill(page, on.colours.raised, 8);
  on.to.frame(page, on.colours.line, 1, 8);
  const clip_scope clip(on.to, page);
  on.to.text({page.x + 28, page.y + 38}, "Keys and mouse", face::title, on.colours.text);
  const float column = (width - 56) / 2;
  constexpr std::array<std::array<key_group, 2>, 2> columns{
      {{key_group::step, key_group::window}, {key_group::look, key_group::select}}};
  for (std::size_t c = 0; c < columns.size(); ++c) {
    const float x = page.x + 28 + static_cast<float>(c) * column;
    float y = page.y + 72;
    for (const key_group group : columns[c]) {
      on.to.text({x, y}, title_of(group), face::strong, on.colours.text);
      y += 22;
      for (const row& r : rows_of(group)) {
        on.to.text({x, y}, r.left, face::body, on.colours.accent);
        text_in(on.to, {x + 142, y}, r.right, face::body, on.colours.text_dim, column - 156);
        y += 20;
      }
      y += 16;
    }
  }
}

}  // namespace weft::viz
