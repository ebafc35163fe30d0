// Attaches to a running program, which starts to record if it does not yet.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>

#include "attach/control_client.hpp"
#include "cli/arguments.hpp"
#include "cli/output/console.hpp"

namespace weft::viz::cli {

// Options of `weft live` and `weft tail` for a recording that they start.
struct attach_options {
  std::string target;  // a pid, the path of a trace, or "" for the only running program
  std::string out;     // path of the trace; "": in the runtime folder, while somebody watches
  std::string ring_size;
  bool force = false;

  void declare(arguments& parser);
};

class attachment {
 public:
  // Throws usage_error.
  attachment(const char* command, const attach_options& options);

  // The path of the trace.
  const std::string& trace() const { return trace_; }
  // 0: the target is a file.
  pid_t pid() const { return pid_; }
  // The connection, which is open while this object lives; nothing if the program takes no requests.
  std::optional<control_client>& control() { return control_; }
  // Call after watching. Removes a trace that was made only for this viewer, if its program has ended. If the program
  // died, the trace stays until find_running_programs removes it, and a message says where it is.
  void tidy_up(console& io) const;

 private:
  const char* command_;
  std::string trace_;
  pid_t pid_ = 0;
  bool temporary_ = false;
  std::optional<control_client> control_;
};

}  // namespace weft::viz::cli
