// Finds the running weft programs of this user. Each has a socket PID.control in one folder, where viewers come to it,
// and while it records a link PID.trace to its trace file. Nothing is asked of the programs themselves.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

#include "attach/control_client.hpp"

namespace weft::viz::cli {

struct running_program {
  pid_t pid = 0;
  std::string trace;    // path of its trace file, "" if it does not record
  std::string program;  // its name, sanitised
  std::uint32_t threads = 0;
  std::uint64_t events = 0;      // recorded so far, lost ones included
  std::int64_t duration_ns = 0;  // from its first to its last event
  bool recording = false;
  bool deleted = false;     // it records into a file that is gone from `trace`
  bool attachable = false;  // it listens: recording can be started, and it can be paused
};

// Those that are alive, by pid. A folder that others may enter counts as empty: its links may lie. What dead processes
// have left there is removed. `left_out` gets a line for each thing of a living process that is not what its name says;
// nobody waits for it.
std::vector<running_program> find_running_programs(const std::string& folder,
                                                   std::vector<std::string>* left_out = nullptr);

// The one that `weft COMMAND TARGET` means: by its pid, or for "" the only one there is. Throws usage_error.
running_program program_meant(const char* command, const std::string& target);

}  // namespace weft::viz::cli
