// Finds the programs of this user that record right now. Each has a link PID.trace to its trace file in one folder,
// which the recorder makes; nothing is asked of the programs themselves.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

namespace weft::viz::cli {

struct running_program {
  pid_t pid = 0;
  std::string trace;    // path of its trace file
  std::string program;  // its name, sanitised
  std::uint32_t threads = 0;
  std::uint64_t events = 0;      // recorded so far, lost ones included
  std::int64_t duration_ns = 0;  // from its first to its last event
};

// $XDG_RUNTIME_DIR/weft, or weft-UID under $TMPDIR or /tmp: where the recorder announces them.
std::string runtime_folder();

// Those that are alive, by pid. A folder that others may enter counts as empty: its links may lie.
std::vector<running_program> find_running_programs(const std::string& folder);

// The trace that `weft COMMAND TARGET` means: of a process by its pid, a file, or "" for the only program that records.
// Throws usage_error.
std::string trace_to_follow(const char* command, const std::string& target);

}  // namespace weft::viz::cli
