// The colours, dark and light. States differ in colour and in pattern; the hues can be distinguished with all common
// kinds of colour blindness (after Okabe and Ito).
#pragma once

#include <optional>

#include "model/track.hpp"
#include "view/canvas.hpp"

namespace weft::viz {

struct theme {
  colour ground, panel, raised, line;  // behind the lanes; panels; buttons and cards; separators
  colour text, text_dim, text_faint;
  colour accent;  // selection, arrows
  colour running, ready, io, other, sleeping, holding, idle;
  colour on_running, on_holding;  // text on those
  colour cursor, cursor_text;
  colour row;  // tint of the selected lane, of hovered and changed entries
  colour finding_minor;

  colour of(span_kind kind) const;
};

const theme& dark_theme();
const theme& light_theme();

// Null: solid.
std::optional<pattern> pattern_of(span_kind kind);

}  // namespace weft::viz
