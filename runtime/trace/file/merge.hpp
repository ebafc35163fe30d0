// Several traces as one, on one timeline: what threads and processes of one machine did at the same time.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "trace/file/reader.hpp"

namespace weft::diary {

// The bytes of a trace with the threads of all, one after the other; read them with reader::from_bytes, or write them
// to a file. Numbers that would mean two things (slots, ids, names, objects) are shifted in all traces but the first.
// Pids and fds stay as they were: an event `process` says of each thread whose they are. Threads and coroutines get the
// program's name before theirs, and its pid where two have the same name. Times are aligned by the monotonic clock if
// all were recorded since the same boot, else by the wall clock. Needs memory for all of it. Throws file_error if there
// are more threads than one trace can have.
std::vector<std::uint8_t> merged(std::span<const reader> traces);

}  // namespace weft::diary
