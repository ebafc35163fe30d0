#include "cli/command.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <istream>
#include <new>
#include <ostream>
#include <system_error>

#include "cli/subcommands.hpp"
#include "trace/file/mapping_guard.hpp"
#include "trace/words/diary_event.hpp"

namespace weft::viz::cli {
namespace {

constexpr std::array subcommands{
    subcommand{"view", "open a trace in the window", declare_view},
    subcommand{"live", "open the window on a running program", declare_live},
    subcommand{"control", "pause a running program, let it step, go on", declare_control},
    subcommand{"ps", "list the running programs that can be watched", declare_ps},
    subcommand{"tail", "write a running program's trace to standard output", declare_tail},
    subcommand{"demo", "run a built-in program and watch it live", declare_demo},
    subcommand{"record", "run a program with recording on", declare_record},
    subcommand{"info", "process, clock, threads, events and loss of a trace", declare_info},
    subcommand{"stat", "table of run, ready and blocked times and run-queue delays", declare_stat},
    subcommand{"state", "what the scheduler looked like at one moment", declare_state},
    subcommand{"tree", "who spawned whom, with states and wait reasons", declare_tree},
    subcommand{"why", "why a coroutine does not run", declare_why},
    subcommand{"dump", "print the events, one a line", declare_dump},
    subcommand{"load", "turn printed events back into a trace", declare_load},
    subcommand{"check", "look for trouble: held threads, wait cycles, late timers and more", declare_check},
    subcommand{"validate", "check the format and the scheduling rules of a trace", declare_validate},
    subcommand{"diff", "the first scheduling decision in which two traces differ", declare_diff},
    subcommand{"export", "write a trace for Perfetto, Chrome or a spreadsheet", declare_export},
    subcommand{"render", "draw the main view into a picture", declare_render},
};

std::string version_line() { return fmt::format("weft {}", WEFT_VERSION); }

void print_overview(std::ostream& out) {
  out << "weft records what a coroutine scheduler does and plays it back.\n\n"
         "Usage: weft COMMAND [ARGUMENTS]\n\nCommands:\n";
  for (const subcommand& s : subcommands) out << fmt::format("  {:<10}{}\n", s.name, s.summary);
  out << "\nOptions:\n  --help, -h  this text; weft COMMAND --help explains one command\n  --version   the version\n\n"
         "A FILE may be - for standard input, an OUT - for standard output. Exit status: 0 good, 1 the answer is no,\n"
         "2 wrong use, 3 unreadable input.\n";
}

// Prints one line for any text: control characters of names and paths do not reach the terminal.
void report(console& io, const std::string& text) { io.err << "weft: " << diary::sanitised(text) << std::endl; }

int run_guarded(console& io, const std::string& where, const action& body) {
  try {
    const int status = body(io);
    // The events read just before the cut may be wrong, and nobody may have asked for them: discard the result.
    if (!diary::a_mapped_file_was_cut()) return status;
    report(io, where + ": a trace file was cut while it was read");
    return unreadable_input;
  } catch (const usage_error& e) {
    report(io, e.what());
    return wrong_use;
  } catch (const diary::file_error& e) {
    report(io, e.what());
    return unreadable_input;
  } catch (const std::bad_alloc&) {
    report(io, where + ": out of memory");
    return wrong_use;
  } catch (const std::exception& e) {
    report(io, fmt::format("{}: {}", where, e.what()));
    return wrong_use;
  }
}

int parse_and_run(const subcommand& s, const std::vector<std::string>& words, console& io) {
  action chosen;
  arguments parser(s.name, s.summary);
  s.declare(parser, chosen);
  const auto [what, text] = parser.parse(words);
  switch (what) {
    case arguments::outcome::help_wanted:
      io.out << text;
      return good;
    case arguments::outcome::version_wanted:
      io.out << version_line() << '\n';
      return good;
    case arguments::outcome::wrong:
      report(io, fmt::format("{}: {}: see weft {} --help", s.name, text, s.name));
      return wrong_use;
    case arguments::outcome::parsed:
      break;
  }
  return run_guarded(io, std::string(s.name), chosen);
}

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t substituted = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, substituted});
    }
  }
  return row[b.size()];
}

}  // namespace

std::span<const subcommand> all_subcommands() { return subcommands; }

std::string closest_name(std::string_view word, std::span<const std::string_view> names) {
  std::string best;
  // Two typing errors in a long word, one in a short word.
  std::size_t best_distance = word.size() > 3 ? 3 : 2;
  if (word.size() > 64) return best;
  for (const std::string_view name : names) {
    const std::size_t distance = edit_distance(word, name);
    if (distance < best_distance) {
      best_distance = distance;
      best = name;
    }
  }
  return best;
}

int run(const std::vector<std::string>& arguments, console& io) {
  if (arguments.empty()) {
    report(io, "no command given: weft --help lists them");
    return wrong_use;
  }
  const std::string& first = arguments.front();
  if (first == "--help" || first == "-h" || first == "help") {
    print_overview(io.out);
    return good;
  }
  if (first == "--version") {
    io.out << version_line() << '\n';
    return good;
  }
  for (const subcommand& s : subcommands) {
    if (s.name == first) return parse_and_run(s, {arguments.begin() + 1, arguments.end()}, io);
  }
  std::vector<std::string_view> names;
  for (const subcommand& s : subcommands) names.push_back(s.name);
  const std::string close = closest_name(first, names);
  report(io, close.empty() ? fmt::format("{}: unknown command: weft --help lists them", first)
                           : fmt::format("{}: unknown command: did you mean weft {}?", first, close));
  return wrong_use;
}

}  // namespace weft::viz::cli
