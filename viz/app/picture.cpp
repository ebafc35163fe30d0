// Pictures without a display, with the model and views of the window.
#include <fstream>
#include <stdexcept>

#include "app/app.hpp"
#include "app/png_file.hpp"
#include "app/svg_picture.hpp"
#include "app/window_app.hpp"

#include <imgui.h>

namespace weft::viz {
namespace {

bool ends_in(const std::string& text, std::string_view end) {
  return text.size() >= end.size() && text.compare(text.size() - end.size(), end.size(), end) == 0;
}

// `name` is "#15" or a name.
coroutine_index find_by_name(const trace_model& trace, const std::string& name) {
  for (coroutine_index c = 0; c < trace.coroutine_count(); ++c) {
    if (name == "#" + std::to_string(trace.record(c).id)) return c;
  }
  for (coroutine_index c = 0; c < trace.coroutine_count(); ++c) {
    if (trace.label(c) == name) return c;
  }
  throw std::runtime_error("no coroutine is called \"" + name + "\" in this trace");
}

// Sets what the picture shows. The model must have its size already.
void look(viewer_model& model, const render_options& options) {
  const trace_model& trace = *model.trace;
  if (trace.event_count() == 0) return;
  if (options.cursor_event && *options.cursor_event >= trace.event_count()) {
    throw std::runtime_error("event #" + std::to_string(*options.cursor_event) + " is not in this trace of " +
                             std::to_string(trace.event_count()) + " events");
  }
  look_at_the_story(model);
  if (options.cursor_ns) model.apply(act::go_to_time{*options.cursor_ns});
  if (options.cursor_event) model.apply(act::go_to_event{*options.cursor_event});
  if (!options.select.empty()) model.apply(act::select{find_by_name(trace, options.select)});
  // After the cursor, because moving the cursor scrolls to it.
  if (options.from_ns || options.to_ns) {
    const time_range range{options.from_ns.value_or(trace.begin_ns()), options.to_ns.value_or(trace.end_ns())};
    if (range.length_ns() <= 0) throw std::runtime_error("the range to draw is empty");
    model.apply(act::show_range{range});
  }
}

void prepare(viewer_model& model, window_view& view, const render_options& options, float width, float height) {
  view.arrange(width, height, model);
  model.resize(view.port());
  look(model, options);
}

std::unique_ptr<trace_model> open_trace_whole(const std::string& path) {
  std::unique_ptr<trace_model> trace = open_trace(path);
  trace->finish_work();
  if (trace->is_whole()) return trace;
  trace = open_trace_without_trust(path);
  trace->finish_work();
  return trace;
}

void render_svg(const render_options& options) {
  // Text is measured with the window's fonts; that needs no window.
  ImFontAtlas atlas;
  font_set fonts(atlas);
  fonts.update(1);
  viewer_model model;
  model.dark = options.theme != "light";
  model.bottom_height = 34;  // hides the tabs, which are controls; the legend stays
  model.open(open_trace_whole(options.file), false);
  if (model.trace->is_huge()) model.analysed = viewer_model::analysis_state::left_out;
  analyse(model);
  window_view view;
  prepare(model, view, options, static_cast<float>(options.width), static_cast<float>(options.height));
  model.trace->finish_work();
  std::string document = svg_of(view, model, fonts);
  if (fonts.update(1)) document = svg_of(view, model, fonts);  // missing glyphs change what fits
  std::ofstream out(options.out, std::ios::binary);
  out << document;
  out.close();
  if (!out) throw std::runtime_error(options.out + ": cannot be written");
}

void render_png(const render_options& options) {
  gl_window window({.width = options.width, .height = options.height, .offscreen = true});
  window_app app(window);
  app.model().dark = options.theme != "light";
  app.open(options.file, false, 0, false);
  app.finish_reading();
  app.draw();
  look(app.model(), options);
  app.finish_reading();
  app.draw();
  write_png(window.read_pixels(), options.out);
}

}  // namespace

void render(const render_options& options) {
  if (options.width < 320 || options.height < 240 || options.width > 16384 || options.height > 16384) {
    throw std::runtime_error("the picture must be between 320x240 and 16384x16384 pixels");
  }
  if (ends_in(options.out, ".svg")) {
    render_svg(options);
  } else if (ends_in(options.out, ".png")) {
    render_png(options);
  } else {
    throw std::runtime_error(options.out + ": the picture's name must end in .png or .svg");
  }
}

}  // namespace weft::viz
