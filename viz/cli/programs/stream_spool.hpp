// Stores a trace from a pipe in a file while it arrives, so that a window can follow it there. Chunks appear in the
// file complete: their counts are written after their events, as a recorder does.
#pragma once

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

namespace weft::viz::cli {

class stream_spool {
 public:
  // `fd` is borrowed and read to its end. Throws std::system_error if the file cannot be created.
  stream_spool(int fd, const std::string& path);
  ~stream_spool();  // stops reading
  stream_spool(const stream_spool&) = delete;
  stream_spool& operator=(const stream_spool&) = delete;

  // Blocks until the first chunk is in the file, or the input has ended.
  void wait_for_first_chunk();
  // Call after that wait: true if the input begins as a trace does, or is empty. If it is no trace, reading has
  // stopped: it may have no end.
  bool is_trace() const { return is_trace_; }

 private:
  void copy();

  const int in_;
  int out_ = -1;
  int stop_[2] = {-1, -1};  // a pipe: closing its write end ends the wait for input
  std::mutex mutex_;
  std::condition_variable changed_;
  std::atomic<bool> is_trace_ = true;
  bool has_chunk_ = false;  // or the input has ended
  std::thread thread_;
};

}  // namespace weft::viz::cli
