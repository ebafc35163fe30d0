// The scheduler's state at any event of a trace, from the checkpoints in the file; reads nothing before them.
#pragma once

#include "trace/file/reader.hpp"
#include "trace/state/scheduler_state.hpp"

namespace weft::diary {

// The state after the first `count` events. Starts at each thread's last checkpoint before and replays from there:
// usually some 64 k events a thread, all events if there are no checkpoints. As exact as a full replay about running,
// ready and blocked coroutines, their objects, order and times; sums over lives and wakes from before the checkpoints
// are missing.
scheduler_state seek_state(const reader& source, std::uint64_t count);

}  // namespace weft::diary
