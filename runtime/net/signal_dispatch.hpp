// Delivers signals from the kernel to the signal_sets of the process. A handler may do very little, so it writes the
// number to a pipe; a thread of weft reads the pipe and passes each signal to the sets.
#pragma once

namespace weft::detail {

class signal_state;

// Starts the delivery of its signals to `s`. Throws std::system_error, and then delivers none.
void register_signals(signal_state& s);
void unregister_signals(signal_state& s) noexcept;
// Before a wait: makes a new pipe if the program has closed the present one. Throws std::system_error (EMFILE).
void look_after_signals();

}  // namespace weft::detail
