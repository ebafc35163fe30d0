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

// A place in a trace: a time, an event number, or (neither) the end.
struct position {
  std::optional<std::int64_t> time_ns;
  std::optional<std::uint64_t> event;
};

// "1.5s", "20ms", "540us", "7ns", "2m"; a plain number is seconds. Exact: no floating point, digits below 1 ns are
// dropped. Throws usage_error.
std::int64_t parse_time_ns(std::string_view text);

// A time, "#N" or "end". Throws usage_error.
position parse_position(std::string_view text);

// "16M", "64K", "1G" or bytes; K, M and G are powers of 1024. Throws usage_error.
std::uint64_t parse_size_bytes(std::string_view text);

// How many events of `trace` have happened there: everything up to and including time T or event #N. A time beyond the
// end is the end; an event beyond the end throws usage_error.
std::uint64_t events_until(const diary::reader& trace, const position& where);

}  // namespace weft::viz::cli
