// The recording that a viewer may start and stop from outside the program. Callable from any thread.
#pragma once

#include <string>

#include "weft/trace.hpp"

namespace weft::record {

// Makes sure that the program is recorded into a file. Keeps a recording that is on, unless `o.path` names another
// file. An empty path: a file in the discovery folder that is deleted when the recording ends. Throws std::exception
// with the reason as text.
void start_attached(const trace::options& o);
// Ends a recording that start_attached() started, and no other.
void stop_attached();

struct recording_now {
  bool on = false;
  bool attached = false;
  std::string path;  // empty: in memory only
};
recording_now what_is_recorded();

}  // namespace weft::record
