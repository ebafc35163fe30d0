// Where running programs tell that they are here and whether they record, in a folder that only their user can enter:
// a socket PID.control (control_door.hpp), and while it records a symbolic link PID.trace to the file.
#pragma once

#include <string>

namespace weft::record {

// $XDG_RUNTIME_DIR/weft, or weft-<uid> in the folder for temporary files. Not made sure that it exists.
std::string discovery_folder();
// Makes it if need be. False: it cannot be had, or others may enter it.
bool make_discovery_folder();

// Puts <pid>.trace there, a link to the trace file. A folder that is not ours, or cannot be made, is left alone: nobody
// is told.
void announce(const std::string& trace_path) noexcept;
// Takes this process's link away.
void withdraw() noexcept;

}  // namespace weft::record
