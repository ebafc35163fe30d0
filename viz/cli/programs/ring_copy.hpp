// Copies a program's ring trace, as it is written, to a file that only grows, so that a window can follow the program
// there. Events that the ring overwrote before they were copied are lost in the copy too, and are counted.
#pragma once

#include <atomic>
#include <optional>
#include <string>
#include <thread>

#include "cli/programs/stream_spool.hpp"

namespace weft::viz::cli {

class ring_copy {
 public:
  // Blocks until the first chunk is in the copy. Throws diary::file_error, std::system_error.
  ring_copy(const std::string& ring, const std::string& copy);
  ~ring_copy();
  ring_copy(const ring_copy&) = delete;
  ring_copy& operator=(const ring_copy&) = delete;

 private:
  void keep_up(const std::string& ring);

  int pipe_[2] = {-1, -1};
  std::atomic<bool> stops_ = false;
  std::thread reader_;
  std::optional<stream_spool> spool_;
};

}  // namespace weft::viz::cli
