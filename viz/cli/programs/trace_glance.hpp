// What can be known of a trace without going through its events: its header, and the last chunk of each thread. Reads a
// few kilobytes however large the file is, for lists of programs that record.
#pragma once

#include <cstdint>
#include <string>

#include "trace/words/format.hpp"

namespace weft::viz::cli {

struct trace_glance {
  diary::file_header header{};
  std::uint32_t threads = 0;
  std::uint64_t events = 0;      // recorded so far, lost ones included
  std::int64_t last_ns = 0;      // time of the last event
  std::int64_t duration_ns = 0;  // from the first chunk that is there to the last event
};

// Throws diary::file_error unless it is a regular file of this user that begins with the header of a trace. Waits for
// nobody.
trace_glance glance_at(const std::string& path);

}  // namespace weft::viz::cli
