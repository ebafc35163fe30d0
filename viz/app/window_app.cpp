#include "app/window_app.hpp"

#include <algorithm>
#include <iostream>

#include "app/program_end.hpp"
#include "app/svg_picture.hpp"
#include "model/idle_action.hpp"
#include "view/keys.hpp"

namespace weft::viz {

void window_app::open(const std::string& path, bool live, std::uint32_t pid, bool forgiving) {
  try {
    auto trace = open_trace(path);
    const bool ended = trace->events().info().complete;
    model_.live_pid = pid;
    model_.open(std::move(trace), live && !ended);
    model_.program = {};
    // A trace that nobody closed, of a program that is not there: it did not come to its end.
    if (!model_.live && !ended) model_.program.end = end_of_program(model_.trace->events().info().pid);
    if (model_.live) model_.rates.restart(*model_.trace, model_.trace->event_count());
    model_.notice.clear();
    model_.summaries.clear();
    live_ = {};
    first_look_.reset();
    panels_.bottom().restart();
    has_looked_ = !model_.trace->is_huge();
    if (model_.trace->is_huge()) {
      model_.analysed = viewer_model::analysis_state::left_out;
    } else {
      analyse(model_);
      if (!model_.live) look_at_the_story(model_);
    }
    window_.set_title(path.substr(path.find_last_of('/') + 1) + " - weft");
  } catch (const diary::file_error& e) {
    if (!forgiving) throw;
    model_.notice = e.what();
  }
}

void window_app::look_first(std::optional<std::uint64_t> event, std::optional<std::uint64_t> coroutine) {
  if (!model_.trace || (!event && !coroutine)) return;
  first_look_ = first_look{event, coroutine};
  if (has_looked_) take_first_look();
}

void window_app::take_first_look() {
  const first_look wanted = *std::exchange(first_look_, std::nullopt);
  if (wanted.event) {
    model_.selected.reset();  // whom the story is about
    model_.apply(act::go_to_event{*wanted.event});
  }
  const auto who = wanted.coroutine ? model_.trace->find_coroutine(*wanted.coroutine) : std::nullopt;
  if (who) model_.apply(act::select{*who});
}

void window_app::arrange() {
  view_.arrange(window_.width(model_.interface_scale), window_.height(model_.interface_scale), model_);
  model_.resize(view_.port());
  // A cursor that runs is read by nobody.
  if (!model_.playing && !model_.following) sentences_.keep(model_);
}

// True if this frame has changed something that only another frame shows.
bool window_app::draw_once(picture* pixels) {
  arrange();
  std::vector<action> wanted;
  const auto paint = [&](const window_frame& frame) {
    view_.draw(frame.below, model_);
    wanted = panels_.draw(model_, view_.layout(), frame.fonts, frame.scale);
    view_.draw_above(frame.above, model_);
  };
  if (pixels != nullptr) {
    *pixels = window_.draw_and_read(model_.interface_scale, paint);
  } else {
    window_.draw(model_.interface_scale, paint);
  }
  for (const action& a : wanted) perform(a);
  return !wanted.empty() || panels_.is_settling();
}

void window_app::draw() {
  // The next frame shows what a control reported in this one; a longer series would be an endless loop.
  for (int frame = 0; frame < 4 && draw_once(); ++frame) {
  }
}

picture window_app::draw_picture() {
  draw();  // until the controls have settled
  picture pixels;
  draw_once(&pixels);
  return pixels;
}

std::string window_app::draw_svg() {
  arrange();
  std::string document = svg_of(view_, model_, window_.fonts());
  if (!window_.fonts().wants_more()) return document;
  draw();  // with the letters that were missing, which change what fits
  return svg_of(view_, model_, window_.fonts());
}

void window_app::take(const input& what) {
  const float scale = model_.interface_scale * window_.pixel_ratio();
  if (!view_.has_button() && panels_.take(what, model_, view_.layout(), scale)) {
    if (std::holds_alternative<mouse_move>(what)) {
      view_.handle(mouse_leave{}, model_);
      return;
    }
    draw();
    panels_.let_go_of_keys();
    return;
  }
  const std::vector<action> wanted = view_.handle(what, model_);
  const bool is_key = std::holds_alternative<key_down>(what);
  if (is_key) model_.note = wanted.empty() ? "This key does nothing here: ? shows all keys." : "";
  const model_position before = position_of(model_);
  for (const action& a : wanted) perform(a);
  if (is_key && !wanted.empty() && position_of(model_) == before) model_.note = why_nothing(model_, wanted.front());
}

void window_app::perform(const action& a) {
  if (const auto* wanted = std::get_if<act::open_program>(&a)) {
    open_program(wanted->pid);
  } else if (std::holds_alternative<act::choose_command>(a)) {
    choose_command();
    draw();
  } else if (std::holds_alternative<act::choose_coroutine>(a)) {
    choose_coroutine();
    draw();
  } else if (std::holds_alternative<act::find_lane>(a)) {
    panels_.lanes().focus();
    draw();  // what is typed next is for the text field
  } else if (std::holds_alternative<act::find_event>(a)) {
    model_.apply(act::show_tab{tab::events});
    panels_.bottom().focus_filter();
    draw();
  } else if (!program_.take(a, model_)) {
    model_.apply(a);
    if (std::holds_alternative<act::group_statistics>(a) && model_.trace) count_statistics(model_);
    has_looked_ = true;  // from now on the user decides what is shown
  }
  arrange();
}

void window_app::choose_command() {
  std::vector<choice> all;
  key_place place;
  place.lanes_width = static_cast<double>(view_.layout().lanes.w);
  place.mouse_x = place.lanes_width / 2;
  for (const key_binding& b : all_keys()) {
    if (b.keys != nullptr) all.push_back({b.meaning, b.keys, b.make(place)});
  }
  panels_.choices().open("what to do", std::move(all));
}

void window_app::choose_coroutine() {
  if (!model_.trace) return;
  std::vector<choice> all;
  for (coroutine_index c = 0; c < model_.trace->coroutine_count(); ++c) {
    const std::string id = "  #" + std::to_string(model_.trace->record(c).id);
    all.push_back({model_.trace->label(c) + id, model_.trace->site_text(c), act::select{c}});
  }
  panels_.choices().open("name or number of a coroutine", std::move(all));
}

void window_app::open_program(std::uint32_t pid) {
  try {
    const opened_program program = programs_.open(pid);
    program_ = program_link(program.control);
    open(program.trace, true, program.pid, true);
  } catch (const std::exception& e) {
    model_.notice = e.what();
  }
}

// The list connects to every program, so it is not refreshed often.
bool window_app::look_for_programs(std::chrono::steady_clock::time_point now) {
  if (!programs_.list || now < next_look_for_programs_) return false;
  next_look_for_programs_ = now + std::chrono::seconds(1);
  std::vector<listed_program> found = programs_.list();
  if (found == model_.running) return false;
  model_.running = std::move(found);
  return true;
}

bool window_app::refresh() {
  const auto now = std::chrono::steady_clock::now();
  if (!model_.trace) return look_for_programs(now);
  bool changed = live_.take_analysis(model_, now);
  if (changed && !has_looked_ && !model_.live) {
    look_at_the_story(model_);
    has_looked_ = true;
  }
  if (model_.trace->is_huge()) changed |= read_on(now);
  changed |= panels_.bottom().work(model_, now + std::chrono::milliseconds(10));
  if (!model_.live) return changed;
  changed |= program_.refresh(model_, now);
  // Not before the first pass over the file is done.
  return (model_.trace->is_indexed() && live_.refresh(model_, now)) || changed;
}

// Reads on in a huge trace, for the time of one frame.
bool window_app::read_on(std::chrono::steady_clock::time_point now) {
  if (!model_.trace->has_work()) return false;
  const bool was_indexed = model_.trace->is_indexed();
  bool changed = model_.work(now + std::chrono::milliseconds(10));
  if (was_indexed || !model_.trace->is_indexed()) return changed;
  if (!model_.trace->is_whole()) {
    model_.open(open_trace_without_trust(model_.trace->events().info().path), model_.live);
    return true;
  }
  if (!has_looked_ && !model_.live) look_at_the_story(model_);  // as far as it is known: again after the analysis
  if (model_.live) has_looked_ = true;
  if (!has_looked_ && first_look_) {
    take_first_look();
    has_looked_ = true;
  }
  live_.start_analysis(model_, now);
  return true;
}

void window_app::finish_reading() {
  if (!model_.trace || !model_.trace->is_huge()) return;
  model_.trace->finish_work();
  if (!model_.trace->is_whole()) {
    model_.open(open_trace_without_trust(model_.trace->events().info().path), model_.live);
    model_.trace->finish_work();
  }
  model_.trace_grew();
  model_.trace->finish_work();
}

bool window_app::survive(const std::function<void()>& what) {
  try {
    what();
    return false;
  } catch (const diary::file_error& e) {
    live_ = {};  // it reads the same file
    model_.let_go(e.what());
    window_.set_title("weft");
    return true;
  }
}

bool window_app::is_busy() const {
  const bool reads = model_.trace && model_.trace->has_work();
  return reads || panels_.bottom().has_work(model_) || live_.is_busy() || model_.playing || program_.is_busy();
}

window_app::round_end window_app::go_round(int longest_wait_ms) {
  using clock = std::chrono::steady_clock;
  if (window_.is_minimised()) {
    // Nobody sees a frame: none is drawn, and the trace is taken in when the window is back.
    const gl_window::news news = window_.wait(std::min(longest_wait_ms, 500));
    if (news.closed) return round_end::closed;
    is_dirty_ = true;
    return round_end::nothing_new;
  }
  const bool live = model_.trace && model_.live;
  const bool reads = model_.trace && (model_.trace->has_work() || panels_.bottom().has_work(model_));
  const int patience_ms = is_dirty_ || reads                     ? 0
                          : model_.playing || program_.is_busy() ? 8
                          : live || live_.is_busy()              ? 50
                          : panels_.blinks()                     ? 250
                                                                 : longest_wait_ms;
  const gl_window::news news = window_.wait(std::min(patience_ms, longest_wait_ms));
  if (news.closed) return round_end::closed;
  is_dirty_ |= news.redraw || !news.inputs.empty() || !news.dropped_files.empty();
  const bool has_lost_trace = survive([&] {
    for (const std::string& path : news.dropped_files) open(path, false, 0, true);
    for (const input& i : news.inputs) take(i);
    const clock::time_point now = clock::now();
    const clock::duration passed = now - std::exchange(last_round_, now);
    if (model_.playing) {
      model_.apply(act::let_time_pass{std::min(0.1, std::chrono::duration<double>(passed).count())});
      is_dirty_ = true;
    }
    is_dirty_ |= refresh();
    if (is_dirty_ || panels_.blinks()) draw();
  });
  if (has_lost_trace) draw();
  if (!is_dirty_ && !has_lost_trace) return round_end::nothing_new;
  window_.set_pointer(view_.pointer_shape());
  if (!has_said_about_fonts_ && !window_.font_notice().empty()) {
    std::cerr << "weft: " << window_.font_notice() << "\n";
    has_said_about_fonts_ = true;
  }
  is_dirty_ = false;
  return round_end::drew;
}

void window_app::run() {
  while (go_round(1000) != round_end::closed) {
  }
}

}  // namespace weft::viz
