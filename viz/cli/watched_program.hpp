// A running program as a window follows it: attached to, and where it goes round in a ring, copied to a file that
// grows.
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

  // The trace to follow, and who must be alive for it to grow.
  const std::string& trace() const { return trace_; }
  std::uint32_t pid() const { return pid_; }
  // Null: it takes no requests.
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
