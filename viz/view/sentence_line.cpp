// Under the transport: what the event at the cursor did and what follows, and why the selected coroutine does not run.
// Names, times and events are links.
#include <string>
#include <string_view>

#include "view/widgets.hpp"

namespace weft::viz {
namespace {

std::optional<action> action_of(const viewer_model& model, const sentence_piece& piece) {
  switch (piece.link) {
    case sentence_link::coroutine: {
      const std::optional<coroutine_index> who = model.trace->find_coroutine(piece.id);
      if (who) return act::select{*who};
      return std::nullopt;
    }
    case sentence_link::event:
      return act::go_to_event{piece.id};
    case sentence_link::time:
      return act::go_to_time{piece.t_ns};
    case sentence_link::object:
    case sentence_link::none:
      return std::nullopt;
  }
  return std::nullopt;
}

void draw_pieces(const screen& on, point base, float room, const viewer_model& model) {
  float x = base.x;
  const float end = base.x + room;
  for (const sentence_piece& piece : model.sentence.pieces) {
    const float width = on.to.text_width(piece.text, face::body);
    const std::optional<action> leads_to = action_of(model, piece);
    const rect area{x, base.y - 14, std::min(width, end - x), 19};
    const colour ink = leads_to ? on.colours.accent : on.colours.text;
    if (x + width > end) {
      text_in(on.to, {x, base.y}, piece.text, face::body, ink, end - x);
      on.on_hover({base.x, base.y - 14, room, 19}, model.sentence.text());
      return;
    }
    on.to.text({x, base.y}, piece.text, face::body, ink);
    if (leads_to) {
      if (on.hovered(area)) on.to.fill({x, base.y + 3, width, 1}, ink);
      on.on_click(area, *leads_to);
    }
    x += width;
  }
}

// The links of the chain, one after the other, in one line.
std::string in_one_line(const std::string& why) {
  std::string line;
  for (std::size_t i = 0; i < why.size();) {
    if (why[i] != '\n') {
      line += why[i++];
      continue;
    }
    i = why.find_first_not_of("\n ", i);
    if (i == std::string::npos) break;
    constexpr std::string_view branch = "└─ ";
    if (why.compare(i, branch.size(), branch) == 0) i += branch.size();
    line += "  ·  ";
  }
  return line;
}

}  // namespace

void draw_sentence_line(const screen& on, const window_layout& layout, const viewer_model& model) {
  const rect row = layout.sentence;
  on.to.fill(row, on.colours.panel);
  const clip_scope clip(on.to, row);
  const float left = 16, room = row.w - 32;
  draw_pieces(on, {left, row.y + 14}, room, model);
  if (model.why.empty() || row.h < 36) return;
  const float y = row.y + 33;
  const std::string why = in_one_line(model.why);
  text_in(on.to, {left, y}, why, face::small, on.colours.text_dim, room);
  if (on.to.text_width(why, face::small) > room) on.on_hover({left, y - 12, room, 16}, why);
}

}  // namespace weft::viz
