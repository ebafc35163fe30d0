// The scheduler's state at any event of a trace from the checkpoints in the file: nothing before them is read.
#pragma once

#include "trace/file/reader.hpp"
#include "trace/state/scheduler_state.hpp"

namespace weft::diary {

// State after the first `count` events, from each thread's last checkpoint before and a replay from there: usually some
// 64 k events a thread, all of them if there are no checkpoints. As exact as a replay of everything about who runs, is
// ready or blocked, on what, in which order and since when; it knows no sums over lives, and no wakes, from before the
// checkpoints.
scheduler_state seek_state(const reader& source, std::uint64_t count);

}  // namespace weft::diary
