// Finds the running weft programs of this user. One folder has a socket PID.control for each, to which viewers connect,
// and while a program records a link PID.trace to its trace file. The programs themselves are not asked.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

#include "attach/control_client.hpp"

namespace weft::viz::cli {

struct running_program {
  pid_t pid = 0;
  std::string trace;    // path of its trace file; "" if it does not record
  std::string program;  // its name, sanitised
  std::uint32_t threads = 0;
  std::uint64_t events = 0;      // recorded so far, including lost ones
  std::int64_t duration_ns = 0;  // from its first to its last event
  bool recording = false;
  bool deleted = false;     // the file into which it records has been deleted
  bool attachable = false;  // it listens: it can start to record, and can be paused
};

// Returns the live programs, by pid. A folder that others may enter counts as empty: its links may be false. Removes
// what dead processes have left there. `left_out` gets a line for each file of a live process that is not what its name
// says. Never blocks.
std::vector<running_program> find_running_programs(const std::string& folder,
                                                   std::vector<std::string>* left_out = nullptr);

// Returns the program that `weft COMMAND TARGET` means: by its pid, or for "" the only one. Throws usage_error.
running_program program_meant(const char* command, const std::string& target);

}  // namespace weft::viz::cli
