// Opens the traces that commands read.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cli/output/console.hpp"
#include "trace/state/history.hpp"

namespace weft::viz::cli {

// Opens FILE, or standard input for "-", and reads all of it. Warns on io.err if the trace is cut off or lost events.
// Throws diary::file_error.
diary::history open_trace(const std::string& file, console& io);
// The same for a command that needs only names and lives: visits every event, but does not follow the state.
diary::history open_trace_for_names(const std::string& file, console& io);
// The same for a command that needs only names and states: does not replay a large trace from its beginning, see
// diary::history.
diary::history open_trace_for_states(const std::string& file, console& io);

// The same for a command that passes over the events anyway and calls history::take() (diary::history::effort::told).
diary::history open_trace_to_tell(const std::string& file, console& io);

// Why the trace may mislead: it is cut, did not end, has impossible times, lost events or damaged places. One line
// each, without the file's name, as in the warnings above.
std::vector<std::string> warnings_about(const diary::file_info& info);

// Reads all of standard input. Throws diary::file_error after the first bytes if they are not those of a trace: the
// input may have no end.
std::vector<std::uint8_t> read_standard_input(console& io);

// The number of places in the file that are present but cannot be decoded. Does not count places that are missing
// because the file was cut off: that happens to every program that dies and breaks no rule.
std::size_t damaged_places(const diary::file_info& info);

// The name of "-" in messages.
std::string shown_path(const std::string& file);

}  // namespace weft::viz::cli
