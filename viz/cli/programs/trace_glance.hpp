// What a trace shows without a pass over its events: its header, and the last chunk of each thread. Reads a few
// kilobytes of a file of any size; for lists of recording programs.
#pragma once

#include <cstdint>
#include <string>

#include "trace/words/format.hpp"

namespace weft::viz::cli {

struct trace_glance {
  diary::file_header header{};
  std::uint32_t threads = 0;
  std::uint64_t events = 0;      // recorded so far, including lost ones
  std::int64_t last_ns = 0;      // time of the last event
  std::int64_t duration_ns = 0;  // from the first chunk in the file to the last event
};

// Throws diary::file_error unless the file is a regular file of this user and begins with the header of a trace. Never
// blocks.
trace_glance glance_at(const std::string& path);

}  // namespace weft::viz::cli
