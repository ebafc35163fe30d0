// Merges several traces on one timeline, to show what threads and processes of one machine did at the same time.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "trace/file/reader.hpp"

namespace weft::diary {

// Returns the bytes of a trace with all threads of all traces, one after the other; read them with reader::from_bytes,
// or write them to a file. Numbers that would be ambiguous (slots, ids, names, objects) are shifted in all traces but
// the first. Pids and fds stay: a `process` event in each thread names its process. Threads and coroutines get the
// program's name as a prefix, with its pid if two programs have the same name. Times are aligned by the monotonic clock
// if all were recorded since the same boot, else by the wall clock. Needs memory for the whole result. Throws
// file_error if there are more threads than one trace can have.
std::vector<std::uint8_t> merged(std::span<const reader> traces);

}  // namespace weft::diary
