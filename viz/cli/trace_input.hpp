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
// The same for who asks only for names and lives: every event is looked at, but the state is not followed.
diary::history open_trace_for_names(const std::string& file, console& io);
// The same for who asks only for names and states: a large trace is not replayed from its beginning, see
// diary::history.
diary::history open_trace_for_states(const std::string& file, console& io);

// The same for who goes through the events anyway and tells the history what it finds (diary::history::effort::told).
diary::history open_trace_to_tell(const std::string& file, console& io);

// What whoever believes the trace should know: it is cut, did not end, has impossible times, lost events or damaged
// places. A line each, without the file's name; as the warnings above say it.
std::vector<std::string> warnings_about(const diary::file_info& info);

// All of standard input, which begins as a trace does. Throws diary::file_error, at its first bytes, if it does not: it
// may have no end.
std::vector<std::uint8_t> read_standard_input(console& io);

// Places of the file that cannot be decoded although they are there: not those that are missing because the file was
// cut off, which happens to every program that dies and breaks no rule.
std::size_t damaged_places(const diary::file_info& info);

// The name for "-" in messages.
std::string shown_path(const std::string& file);

}  // namespace weft::viz::cli
