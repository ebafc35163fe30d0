// Times, places in a trace and sizes as people type them on a command line.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace weft::diary {
class reader;
}

namespace weft::viz::cli {

// A wall-clock time: of a day that is given, or the first such moment in the trace. Local time.
struct wall_clock {
  bool has_date = false;
  int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0;
  std::int64_t nanoseconds = 0;
};

// A place in a trace: one of these, or (none of them) the end.
struct position {
  std::optional<std::int64_t> time_ns;  // as recorded, since time 0; may be negative
  std::optional<std::uint64_t> event;
  std::optional<double> share;  // 0 to 1, of the time from the first event kept to the last
  std::optional<wall_clock> clock;
};

// How long: "1.5s", "20ms", "540us", "7ns", "2m", "3h"; a plain number is seconds. Exact: no floating point, digits
// below 1 ns are dropped. Throws usage_error.
std::int64_t parse_time_ns(std::string_view text);

// When: such a time, also "-2us", before time 0; "50%", "#N", "end", "12:03:04.5" or "2026-11-30T12:03:04.5". Throws
// usage_error.
position parse_position(std::string_view text);

// What an option that takes a place says of it in help.
inline constexpr const char* place_help = "1.5s, 20ms, -2us, 3 (seconds), 50%, #120 (an event), 12:03:04.5, or end";

// The place as a time as recorded: that of the event, of the share, of the wall clock. The end: the last event's.
// A wall-clock moment before the first event or behind the last is an error, as is an event behind the end:
// usage_error.
std::int64_t time_of(const diary::reader& trace, const position& where);

// "16M", "64K", "1G" or bytes; K, M and G are powers of 1024. Throws usage_error.
std::uint64_t parse_size_bytes(std::string_view text);

// How many events of `trace` have happened there: everything up to and including time T or event #N. A time beyond the
// end is the end; an event beyond the end throws usage_error.
std::uint64_t events_until(const diary::reader& trace, const position& where);

}  // namespace weft::viz::cli
