#include "app/program_link.hpp"

namespace weft::viz {

using diary::control_command;
using diary::control_mode;
using namespace std::chrono_literals;

bool program_link::take(const action& a, viewer_model& model) {
  if (std::holds_alternative<act::pause_or_resume_program>(a)) {
    say(model.program.mode == program_mode::running ? control_command::pause : control_command::resume, model);
    return true;
  }
  if (std::holds_alternative<act::step_program>(a)) {
    say(control_command::step, model);
    return true;
  }
  if (std::holds_alternative<act::step_program_to_selected>(a)) {
    if (model.selected) {
      say(control_command::step_to, model, model.trace->record(*model.selected).id);
    } else {
      say(control_command::step, model);
    }
    return true;
  }
  return false;
}

void program_link::say(control_command c, viewer_model& model, std::uint64_t number) {
  if (connection_ == nullptr || !model.live) return;
  diary::control_request r;
  r.command = c;
  r.number = number;
  try {
    asked_ = connection_->send(r);
    is_busy_ = true;
    if (c == control_command::pause) model.program.mode = program_mode::pausing;
    if (c == control_command::step || c == control_command::step_to) {
      model.program.mode = program_mode::stepping;
      model.apply(act::go_to_last{});  // to see the next events
    }
  } catch (const control_error&) {
    lose(model);
  }
}

void program_link::lose(viewer_model& model) {
  connection_ = nullptr;
  is_busy_ = false;
  model.program = {};
}

bool program_link::refresh(viewer_model& model, clock::time_point now) {
  if (connection_ == nullptr) return false;
  const program_status before = model.program;
  model.program.takes_requests = model.live;
  try {
    if (is_busy_ && asked_ == answered_ && now >= next_question_) {
      asked_ = connection_->send({});
      next_question_ = now + 10ms;
    }
    while (const auto reply = connection_->receive(0ms)) {
      answered_ = reply->sequence;
      if (answered_ != asked_) continue;  // a later answer is newer
      switch (reply->mode) {
        case control_mode::running:
          model.program.mode = program_mode::running;
          break;
        case control_mode::paused:
          model.program.mode = reply->stands() ? program_mode::paused : program_mode::pausing;
          break;
        case control_mode::stepping:
          model.program.mode = program_mode::stepping;
          break;
      }
      is_busy_ = model.program.mode != program_mode::running && model.program.mode != program_mode::paused;
    }
  } catch (const control_error&) {
    lose(model);
  }
  return model.program.takes_requests != before.takes_requests || model.program.mode != before.mode;
}

}  // namespace weft::viz
