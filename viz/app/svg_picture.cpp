#include "app/svg_picture.hpp"

#include "view/svg_canvas.hpp"

namespace weft::viz {

std::string svg_of(window_view& view, const viewer_model& model, font_set& fonts) {
  const auto measure = [&fonts](std::string_view words, face f) {
    fonts.want(words);
    return fonts.text_width(words, f);
  };
  const rect window = view.layout().window;
  svg_canvas to(window.w, window.h, measure);
  view.draw(to, model);
  view.draw_above(to, model);
  return to.document();
}

}  // namespace weft::viz
