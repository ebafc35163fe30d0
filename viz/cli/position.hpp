// Parses times, places in a trace and sizes of a command line.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace weft::diary {
class reader;
}

namespace weft::viz::cli {

// A wall-clock time in local time: on the given day, or the first such time in the trace.
struct wall_clock {
  bool has_date = false;
  int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0;
  std::int64_t nanoseconds = 0;
};

// A place in a trace: one of these, or the end if there is none.
struct position {
  std::optional<std::int64_t> time_ns;  // as recorded, since time 0; may be negative
  std::optional<std::uint64_t> event;
  std::optional<double> share;  // 0 to 1, of the time from the first kept event to the last
  std::optional<wall_clock> clock;
};

// Parses a duration: "1.5s", "20ms", "540us", "7ns", "2m", "3h"; a plain number is seconds. Exact: uses no floating
// point, drops digits below 1 ns. Throws usage_error.
std::int64_t parse_time_ns(std::string_view text);

// Parses a place: a time as above, also negative ("-2us", before time 0); "50%", "#N", "end", "12:03:04.5" or
// "2026-11-30T12:03:04.5". Throws usage_error.
position parse_position(std::string_view text);

// The description of a place in the help of an option.
inline constexpr const char* place_help = "1.5s, 20ms, -2us, 3 (seconds), 50%, #120 (an event), 12:03:04.5, or end";

// The recorded time of a place: of the event, of the share, of the wall-clock time; for the end, of the last event.
// Throws usage_error for a wall-clock time before the first event or after the last, and for an event after the end.
std::int64_t time_of(const diary::reader& trace, const position& where);

// Parses a size: "16M", "64K", "1G" or bytes; K, M and G are powers of 1024. Throws usage_error.
std::uint64_t parse_size_bytes(std::string_view text);

// The number of events of `trace` up to the place: everything up to and including time T or event #N. A time after the
// end means the end; an event after the end throws usage_error.
std::uint64_t events_until(const diary::reader& trace, const position& where);

}  // namespace weft::viz::cli
