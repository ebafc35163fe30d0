// The folder in which running programs show that they run and whether they record. Only their user can enter it. It
// contains a socket PID.control (control_door.hpp) and, while the program records, a symbolic link PID.trace to the
// file.
#pragma once

#include <string>

namespace weft::record {

// $XDG_RUNTIME_DIR/weft, or weft-<uid> in the folder for temporary files. The folder need not exist.
std::string discovery_folder();
// Makes the folder if it does not exist. False: the folder cannot be made, or other users may enter it.
bool make_discovery_folder();

// Links <pid>.trace to the trace file. Does nothing, and reports nothing, if the folder belongs to another user or
// cannot be made.
void announce(const std::string& trace_path) noexcept;
// Removes this process's link.
void withdraw() noexcept;

}  // namespace weft::record
