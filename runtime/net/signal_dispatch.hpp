// Brings signals from the kernel to the signal_sets of the process. A handler may do next to nothing, so it writes the
// number into a pipe; a thread of our own reads it and tells the sets.
#pragma once

namespace weft::detail {

class signal_state;

// From now on s receives its signals. Throws std::system_error; then it does not.
void register_signals(signal_state& s);
void unregister_signals(signal_state& s) noexcept;

}  // namespace weft::detail
