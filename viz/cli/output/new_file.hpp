// A file that a command writes: it appears at its name whole or not at all, and replaces nothing but a file of the same
// user.
#pragma once

#include <string>

namespace weft::viz::cli {

// The names /dev/stdout, /dev/stderr and /dev/fd/N mean that open descriptor, and a character device (/dev/null) is
// written to directly: only root can make one, and none leads elsewhere. Everything else that stands at the name
// already and is no regular file of this user is refused: a link could lead anywhere, a FIFO would hold the command up.
class new_file {
 public:
  // Nothing is at OUT yet afterwards, and what was there still is. Throws usage_error if what stands there is refused,
  // std::system_error if no file can be created in its folder. Waits for nobody.
  explicit new_file(const std::string& out);
  // Leaves no trace of a file that was not committed.
  ~new_file();
  new_file(const new_file&) = delete;
  new_file& operator=(const new_file&) = delete;

  int fd() const { return fd_; }
  // True if the reader of what is written may have gone, which is no error.
  bool is_stream() const { return is_stream_; }
  // All is written: the file (mode 0600) takes its place. Throws std::system_error. At most once.
  void commit();

 private:
  bool open_descriptor();
  void create_aside();
  std::string next_name_aside();
  [[noreturn]] void refuse(const char* doing, int error) const;

  std::string out_, folder_;
  std::string aside_;  // its name until it is committed; "": it has none
  int fd_ = -1;
  bool is_stream_ = false;  // or a device: nothing takes a place
};

// Throws usage_error if the file that stands at `out` must not be replaced. False if nothing is there.
bool is_replaceable(const std::string& out);

}  // namespace weft::viz::cli
