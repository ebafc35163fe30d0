#include "model/idle_action.hpp"

namespace weft::viz {
namespace {

struct reason_for {
  const viewer_model& model;

  static std::string towards(direction to, const std::string& what) {
    return "There is no " + what + (to == direction::forth ? " after" : " before") + " this event.";
  }
  std::string operator()(const act::step_event& a) const { return towards(a.to, "event"); }
  std::string operator()(const act::step_switch& a) const { return towards(a.to, "switch"); }
  std::string operator()(const act::step_coroutine& a) const { return towards(a.to, "event of this coroutine"); }
  std::string operator()(const act::step_span& a) const { return towards(a.to, "span in this lane"); }
  std::string operator()(const act::follow_wake& a) const {
    return towards(a.to, a.to == direction::forth ? "wake by this coroutine" : "wake of this coroutine");
  }
  std::string operator()(const act::step_finding&) const {
    return model.finding_groups.empty() ? "There are no findings." : "This is the only finding.";
  }
  std::string operator()(const act::go_to_first&) const { return "This is the first event."; }
  std::string operator()(const act::go_to_last&) const { return "This is the last event."; }
  std::string operator()(const act::change_speed& a) const {
    return a.to == direction::forth ? "It cannot play faster." : "It cannot play slower.";
  }
  std::string operator()(const act::zoom& a) const {
    return a.factor < 1 ? "The view cannot show less." : "The view shows the whole trace.";
  }
  std::string operator()(const act::pan&) const { return "The trace does not go on there."; }
  std::string operator()(const act::scroll&) const { return "There are no more lanes there."; }
  std::string operator()(const act::fit_all&) const { return "The view shows the whole trace."; }
  std::string operator()(const act::fit_selection&) const {
    return model.selected || model.measured ? "The view fits the selection."
                                            : "Nothing is selected: click a lane or drag a range.";
  }
  std::string operator()(const act::undo&) const { return "There is no earlier view."; }
  std::string operator()(const act::redo&) const { return "There is no later view."; }
  std::string operator()(const act::clear&) const { return "Nothing is selected."; }
  std::string operator()(const act::show_tab&) const { return "This tab is open."; }
  std::string operator()(const act::scale_interface&) const { return "The window has this size already."; }
  std::string operator()(const act::pause_or_resume_program&) const { return of_program(); }
  std::string operator()(const act::step_program&) const { return of_program(); }
  std::string operator()(const act::step_program_to_selected&) const { return of_program(); }
  template <class Other>
  std::string operator()(const Other&) const {
    return "";
  }

 private:
  std::string of_program() const {
    return model.program.takes_requests ? "" : "No running program takes requests from this window.";
  }
};

bool is_of_window(const action& a) {
  return std::holds_alternative<act::scale_interface>(a) || std::holds_alternative<act::toggle_theme>(a) ||
         std::holds_alternative<act::toggle_keys>(a) || std::holds_alternative<act::choose_command>(a);
}

}  // namespace

model_position position_of(const viewer_model& model) {
  return {model.at.event, model.at.t_ns,   model.view,       model.selected, model.measured,       model.open_tab,
          model.playing,  model.following, model.keys_shown, model.speed,    model.interface_scale};
}

std::string why_nothing(const viewer_model& model, const action& a) {
  const bool has_events = model.trace && model.trace->event_count() > 0;
  if (!has_events && !is_of_window(a)) return model.trace ? "The trace has no events." : "No trace is open.";
  return std::visit(reason_for{model}, a);
}

}  // namespace weft::viz
