// A trace that comes through a pipe, kept in a file while it comes, so that a window can follow it there. Chunks appear
// in the file whole: their counts are written after their events, as a recorder does it.
#pragma once

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

namespace weft::viz::cli {

class stream_spool {
 public:
  // `fd` is borrowed and read until its end. Throws std::system_error if the file cannot be created.
  stream_spool(int fd, const std::string& path);
  ~stream_spool();  // reads no further
  stream_spool(const stream_spool&) = delete;
  stream_spool& operator=(const stream_spool&) = delete;

  // Blocks until the first chunk is in the file, or all there is.
  void wait_for_first_chunk();
  // Asked after that wait: it begins as a trace does, or with nothing at all. If not, no more of it is read: it may
  // have no end.
  bool is_trace() const { return is_trace_; }

 private:
  void copy();

  const int in_;
  int out_ = -1;
  int stop_[2] = {-1, -1};  // a pipe: closing its writing end ends the wait for input
  std::mutex mutex_;
  std::condition_variable changed_;
  std::atomic<bool> is_trace_ = true;
  bool has_chunk_ = false;  // or nothing more comes
  std::thread thread_;
};

}  // namespace weft::viz::cli
