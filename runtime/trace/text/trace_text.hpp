// The diary as text, one line an event. Exact in both directions: dump, load and dump again give the same text.
// docs/trace-format.md describes the lines.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <string>
#include <vector>

#include "trace/state/history.hpp"

namespace weft::diary {

// Selects the events to dump; by default all.
struct dump_filter {
  std::int64_t from_ns = INT64_MIN;  // first time shown
  std::int64_t to_ns = INT64_MAX;    // last time shown
  std::uint64_t coroutine = 0;       // only events of, or about, this coroutine id; 0: any
};

// Writes the header lines and the events. Stops without an error when the stream fails (a closed pipe).
void dump_text(const history& h, std::ostream& out, const dump_filter& filter = {});
// Writes one JSON object a line: {"n", "t_ns", "thread", "type", "coroutine", "name", ...}, then the arguments under
// their schema names. An argument that is a slot or an object is followed by its meaning as NAME_id or NAME_name.
// "coroutine" is the id of the coroutine that the event is about (spawns, wakes and the like), or else of the running
// one, 0: none; "name" is its name, "" without one.
void dump_json(const history& h, std::ostream& out, const dump_filter& filter = {});
// One event as dump_text prints it, without the line end.
std::string event_line(const history& h, const event& e);

// Reads dump_text's output and returns the bytes of a trace file with the same events. Throws file_error, with the line
// number in its text, on anything that it does not understand. `name` stands for the path.
std::vector<std::uint8_t> load_text(std::istream& in, const std::string& name);

}  // namespace weft::diary
