// Getting hold of a running program's trace, which begins now if it has none.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>

#include "attach/control_client.hpp"
#include "cli/arguments.hpp"
#include "cli/output/console.hpp"

namespace weft::viz::cli {

// What `weft live` and `weft tail` let their user say about a recording that they start.
struct attach_options {
  std::string target;  // a pid, the path of a trace, or "" for the only program that runs
  std::string out;     // where the trace goes; "": in the runtime folder, for as long as somebody watches
  std::string ring_size;
  bool force = false;

  void declare(arguments& parser);
};

class attachment {
 public:
  // Throws usage_error.
  attachment(const char* command, const attach_options& options);

  // Where its events come.
  const std::string& trace() const { return trace_; }
  // 0: a file was named.
  pid_t pid() const { return pid_; }
  // The connection, as long as this lives; nothing if the program takes no requests.
  std::optional<control_client>& control() { return control_; }
  // For who has seen enough. A trace made only for this goes, if its program has ended; that of one that died stays,
  // for as long as find_running_programs lets it, and this says where.
  void tidy_up(console& io) const;

 private:
  const char* command_;
  std::string trace_;
  pid_t pid_ = 0;
  bool temporary_ = false;
  std::optional<control_client> control_;
};

}  // namespace weft::viz::cli
