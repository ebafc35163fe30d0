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
  bool attachable = false;  // it listens: recording can be started, and it can be paused
};

// Those that are alive, by pid. A folder that others may enter counts as empty: its links may lie. What dead processes
// have left there is removed.
std::vector<running_program> find_running_programs(const std::string& folder);

// The one that `weft COMMAND TARGET` means: by its pid, or for "" the only one there is. Throws usage_error.
running_program program_meant(const char* command, const std::string& target);

}  // namespace weft::viz::cli
