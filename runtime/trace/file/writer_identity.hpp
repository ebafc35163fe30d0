// Finds out which process, and which program in it, wrote a trace: pids are reused, and exec puts another program into
// the same process.
#pragma once

#include <cstdint>

#include "trace/words/format.hpp"

namespace weft::diary {

// Start time of a process, in units of the system; with its pid it identifies one process for good. 0: the process is
// gone, or its start time cannot be known.
std::uint64_t process_start(std::uint32_t pid) noexcept;

// A random number, constant while this program runs in this process; a forked child has its parent's. The first half of
// a trace's uuid.
std::uint64_t program_run() noexcept;

// True if the trace's writer lives and is not this program: another process may still want the trace, finished or not.
// The same process before an exec is another program.
bool belongs_to_another(const file_header& header) noexcept;

}  // namespace weft::diary
