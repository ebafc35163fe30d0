// Creating files that only their user may read, and finding room for them.
#pragma once

#include <cstddef>
#include <string>

namespace weft::record {

// Creates `path` (mode 0600, follows no link), opens it and locks it (flock) for as long as it is open. An empty file
// or a trace of this user that stands there is replaced if its writer is gone or is this program. One whose writer
// lives, or that this process wrote before an exec, is left alone, finished or not: then `path` becomes PATH.PID, and
// that is said on stderr. So it is, too, where locks are not known. Anything else that stands there is an error:
// std::system_error naming the path. Any number of processes may come at once.
int create_trace_file(std::string& path);

// A file that appears at `path` whole or not at all. What may be replaced is as above; a trace that another wants is an
// error. Throws std::system_error.
class snapshot_file {
 public:
  explicit snapshot_file(const std::string& path);
  ~snapshot_file();
  snapshot_file(const snapshot_file&) = delete;
  snapshot_file& operator=(const snapshot_file&) = delete;
  int fd() const noexcept { return fd_; }
  // All is written: it takes its place.
  void commit();

 private:
  std::string path_, unfinished_;
  int fd_;
};

// Reserves disk space for [from, to), so that no store into a mapping of it can fail for want of room (SIGBUS), and
// makes the file that long. 0 or an errno value; never raises SIGXFSZ.
int reserve_bytes(int fd, std::size_t from, std::size_t to) noexcept;

// write(2) to the end of `size` bytes. 0 or an errno value; never raises SIGXFSZ.
int write_all(int fd, const void* data, std::size_t size) noexcept;

}  // namespace weft::record
