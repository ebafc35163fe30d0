// A running program that a window follows: attaches to it, and copies its trace to a growing file if it is a ring.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "cli/attachment.hpp"
#include "cli/output/private_folder.hpp"
#include "cli/programs/ring_copy.hpp"

namespace weft::viz::cli {

class watched_program {
 public:
  // Throws usage_error, diary::file_error.
  watched_program(const char* command, const attach_options& options);

  // The trace to follow, and the process that must be alive for the trace to grow.
  const std::string& trace() const { return trace_; }
  std::uint32_t pid() const { return pid_; }
  // Null: the program takes no requests.
  control_client* control() { return program_.control() ? &*program_.control() : nullptr; }
  void tidy_up(console& io) const { program_.tidy_up(io); }

 private:
  attachment program_;
  std::string trace_;
  std::uint32_t pid_ = 0;
  std::optional<private_folder> folder_;
  std::optional<ring_copy> copy_;
};

}  // namespace weft::viz::cli
