// The recording that somebody outside of the program may start and stop. Any thread.
#pragma once

#include <string>

#include "weft/trace.hpp"

namespace weft::record {

// Sees to it that the program is recorded into a file. One that is on already will do, unless `o.path` names another
// file. An empty path: a file in the discovery folder that goes when the recording ends. Throws std::exception: its
// text says why not.
void start_attached(const trace::options& o);
// Ends what start_attached() started; nothing else.
void stop_attached();

struct recording_now {
  bool on = false;
  bool attached = false;
  std::string path;  // empty: in memory only
};
recording_now what_is_recorded();

}  // namespace weft::record
