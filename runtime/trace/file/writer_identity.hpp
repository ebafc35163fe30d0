// Which process, and which program in it, wrote a trace: numbers of processes are used again, and exec puts another
// program into the same process.
#pragma once

#include <cstdint>

#include "trace/words/format.hpp"

namespace weft::diary {

// When a process began, in units of the system: together with its number it is one process's for good. 0: it is gone,
// or that cannot be known.
std::uint64_t process_start(std::uint32_t pid) noexcept;

// A random number, the same for as long as this program runs in this process; a forked child's is its parent's. The
// first half of a trace's uuid.
std::uint64_t program_run() noexcept;

// The trace's writer lives, and is not this program: somebody may still want that trace, finished or not. The same
// process before an exec is another program.
bool belongs_to_another(const file_header& header) noexcept;

}  // namespace weft::diary
