// Where running programs tell that they record: one symbolic link per process in a folder that only its user can enter.
#pragma once

#include <string>

namespace weft::record {

// $XDG_RUNTIME_DIR/weft, or weft-<uid> in the folder for temporary files. Not made sure that it exists.
std::string discovery_folder();

// Puts <pid>.trace there, a link to the trace file. A folder that is not ours, or cannot be made, is left alone: nobody
// is told.
void announce(const std::string& trace_path) noexcept;
// Takes this process's link away.
void withdraw() noexcept;

}  // namespace weft::record
