// weft ps: lists the programs that weft live can watch, whether they record or not.
#include <fmt/core.h>

#include <memory>
#include <ostream>

#include "cli/output/json_output.hpp"
#include "cli/output/table.hpp"
#include "cli/programs/running_programs.hpp"
#include "cli/subcommands.hpp"
#include "trace/words/diary_event.hpp"

namespace weft::viz::cli {
namespace {

void print_programs_json(const std::vector<running_program>& programs, console& io) {
  json out;
  out["programs"] = json::array();
  for (const running_program& p : programs) {
    out["programs"].push_back({{"pid", p.pid},
                               {"process", p.program},
                               {"trace", p.trace},
                               {"threads", p.threads},
                               {"events", p.events},
                               {"duration_ns", p.duration_ns},
                               {"recording", p.recording || p.deleted},
                               {"deleted", p.deleted},
                               {"attachable", p.attachable}});
  }
  print_json(out, io);
}

void print_programs_text(const std::vector<running_program>& programs, console& io) {
  table t({{"pid", align::right},
           {"program"},
           {"threads", align::right},
           {"events", align::right},
           {"recorded", align::right},
           {"trace"}});
  for (const running_program& p : programs) {
    if (p.recording) {
      t.add({std::to_string(p.pid), p.program, std::to_string(p.threads), std::to_string(p.events),
             short_duration(p.duration_ns), diary::sanitised(p.trace)});
    } else if (p.deleted) {
      t.add({std::to_string(p.pid), p.program, "-", "-", "-",
             fmt::format("{} (deleted: it records on, and nobody can read it)", diary::sanitised(p.trace))});
    } else {
      t.add({std::to_string(p.pid), p.program, "-", "-", "-", "not recorded: weft live starts that"});
    }
  }
  t.print(io.out);
}

}  // namespace

void declare_ps(arguments& parser, action& chosen) {
  const auto as_json = std::make_shared<bool>(false);
  parser.flag("--json", *as_json, "print one JSON object");
  parser.footer("Programs announce themselves in $XDG_RUNTIME_DIR/weft from their first weft::run on.");
  chosen = [as_json](console& io) {
    std::vector<std::string> left_out;
    const std::vector<running_program> programs = find_running_programs(runtime_folder(), &left_out);
    for (const std::string& what : left_out) io.err << fmt::format("weft: ps: {}\n", diary::sanitised(what));
    *as_json ? print_programs_json(programs, io) : print_programs_text(programs, io);
    return good;
  };
}

}  // namespace weft::viz::cli
