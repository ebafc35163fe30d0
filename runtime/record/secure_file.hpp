// Creates files that only their user may read, and reserves room for them.
#pragma once

#include <cstddef>
#include <string>

namespace weft::record {

// Creates `path` (mode 0600, follows no link), opens the file and locks it (flock) for as long as it is open. Returns
// the fd. Replaces an empty file, or a trace of this user whose writer is gone or is this program. Leaves a trace
// alone, finished or not, if its writer lives or if this process wrote it before an exec: `path` then becomes PATH.PID,
// and stderr says so. The same happens on a file system without locks. Any other file at `path` is an error:
// std::system_error that names the path. Any number of processes may call this at once.
int create_trace_file(std::string& path);

// A file that appears at `path` whole or not at all. Replaces the same files as create_trace_file(); a trace that
// another process wants is an error. Throws std::system_error.
class snapshot_file {
 public:
  explicit snapshot_file(const std::string& path);
  ~snapshot_file();
  snapshot_file(const snapshot_file&) = delete;
  snapshot_file& operator=(const snapshot_file&) = delete;
  int fd() const noexcept { return fd_; }
  // Call when all is written: moves the file to its path.
  void commit();

 private:
  std::string path_, unfinished_;
  int fd_;
};

// Reserves disk space for [from, to) and makes the file that long, so no store into a mapping of it can fail for lack
// of room (SIGBUS). Returns 0 or an errno value; never raises SIGXFSZ.
int reserve_bytes(int fd, std::size_t from, std::size_t to) noexcept;

// Calls write(2) until `size` bytes are written. Returns 0 or an errno value; never raises SIGXFSZ.
int write_all(int fd, const void* data, std::size_t size) noexcept;

}  // namespace weft::record
