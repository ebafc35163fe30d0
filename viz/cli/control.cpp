// weft control: sends the lines of standard input to a running program as requests: pause, step, go on.
#include <fmt/core.h>

#include <charconv>
#include <filesystem>
#include <istream>
#include <memory>
#include <ostream>

#include "attach/control_client.hpp"
#include "cli/output/json_output.hpp"
#include "cli/programs/running_programs.hpp"
#include "cli/subcommands.hpp"
#include "trace/words/diary_event.hpp"

namespace weft::viz::cli {
namespace {

using diary::control_command;
using diary::control_mode;
using diary::control_reply;
using diary::control_request;

struct control_options {
  std::string target;
  bool json = false;
};

const char* word_for(control_mode m) {
  switch (m) {
    case control_mode::running:
      return "running";
    case control_mode::paused:
      return "paused";
    case control_mode::stepping:
      return "stepping";
  }
  return "";
}

void print(const control_reply& r, bool as_json, console& io) {
  if (as_json) {
    json out = {{"pid", r.pid},
                {"mode", word_for(r.mode)},
                {"schedulers", r.schedulers},
                {"standing", r.standing},
                {"recording", r.recording()},
                {"attached", (r.flags & diary::control_flag_attached) != 0},
                {"trace", r.recording() ? r.text : ""}};
    print_json(out, io);
  } else {
    io.out << fmt::format("{}: {} of {} schedulers stand{}", word_for(r.mode), r.standing, r.schedulers,
                          !r.recording()   ? "; not recorded"
                          : r.text.empty() ? "; recorded in memory"
                                           : "; recorded into " + diary::sanitised(r.text))
           << '\n';
  }
  io.out.flush();
}

std::string absolute_path(const std::string& path) { return std::filesystem::absolute(path).string(); }

// Makes a request from one line of input. Throws control_error if the line is not one.
control_request request_of(const std::string& line) {
  const std::size_t space = line.find(' ');
  const std::string word = line.substr(0, space);
  const std::size_t rest = space == std::string::npos ? space : line.find_first_not_of(' ', space);
  const std::string argument = rest == std::string::npos ? "" : line.substr(rest);
  control_request r;
  r.command = static_cast<control_command>(diary::command_named(word));
  const bool takes_path = r.command == control_command::start || r.command == control_command::snapshot;
  if (word == "step-to") {
    r.command = control_command::step_to;
    const char* const end = argument.data() + argument.size();
    const auto [stop, error] = std::from_chars(argument.data(), end, r.number);
    if (error != std::errc{} || stop != end || r.number == 0) {
      throw control_error("step-to needs the number of a coroutine: step-to 12");
    }
  } else if (r.command == control_command{} || r.command == control_command::step_to) {
    throw control_error("no such request: weft control --help names them");
  } else if (takes_path && !argument.empty()) {
    r.text = absolute_path(argument);
  } else {
    r.text = argument;
  }
  if (r.text.size() > diary::control_text_bytes) throw control_error("the text is too long");
  if (!r.text.empty() && !takes_path && r.command != control_command::mark) {
    throw control_error(fmt::format("{} takes nothing behind it", word));
  }
  if (r.text.empty() && (r.command == control_command::mark || r.command == control_command::snapshot)) {
    throw control_error(fmt::format("{} needs {} behind it", word, word == "mark" ? "a text" : "a file"));
  }
  return r;
}

bool leads_to_standing(control_command c) {
  return c == control_command::pause || c == control_command::step || c == control_command::step_to;
}

int control(const control_options& options, console& io) {
  const running_program program = program_meant("control", options.target);
  int status = good;
  try {
    control_client client(control_path(runtime_folder(), program.pid));
    for (std::string line; std::getline(io.in, line);) {
      if (line.empty() || line.front() == '#') continue;
      if (line == "quit") break;
      try {
        const control_request request = request_of(line);
        control_reply reply = client.ask(request);
        if (leads_to_standing(request.command)) {
          client.wait_until_it_stands(control_client::milliseconds(5000), reply);
          if ((reply.flags & diary::control_flag_no_such_coroutine) != 0) {
            throw control_error(fmt::format("no coroutine #{} lives", request.number));
          }
        }
        print(reply, options.json, io);
      } catch (const control_error& e) {
        io.err << fmt::format("weft: control: {}: {}\n", diary::sanitised(line), diary::sanitised(e.what()));
        io.err.flush();
        status = answer_is_no;
      }
    }
  } catch (const control_error& e) {
    throw usage_error(fmt::format("control: {} ({}): {}", program.pid, program.program, e.what()));
  }
  return status;
}

}  // namespace

void declare_control(arguments& parser, action& chosen) {
  const auto options = std::make_shared<control_options>();
  parser.add("PID", options->target, "process, as weft ps lists it; none: the only one that runs");
  parser.flag("--json", options->json, "answer with JSON objects");
  parser.footer(
      "Each line of standard input is a request: pause, step (one switch), step-to N (the next event of coroutine N), "
      "resume, status, mark TEXT, snapshot FILE, start [FILE] and stop (recording), quit. At the end of the input a "
      "paused program goes on.");
  chosen = [options](console& io) { return control(*options, io); };
}

}  // namespace weft::viz::cli
