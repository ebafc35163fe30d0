// A file that a command writes: it appears at its name complete or not at all, and replaces only a file of the same
// user.
#pragma once

#include <string>

namespace weft::viz::cli {

// The names /dev/stdout, /dev/stderr and /dev/fd/N mean that open descriptor. A character device (/dev/null) is written
// directly: only root can make one, and none leads elsewhere. Anything else that exists at the name and is no regular
// file of this user is refused: a link could lead anywhere, a FIFO would block the command.
class new_file {
 public:
  // Creates nothing at OUT yet, and keeps an existing file. Throws usage_error if the existing file is refused,
  // std::system_error if no file can be created in its folder. Never blocks.
  explicit new_file(const std::string& out);
  // Removes a file that was not committed.
  ~new_file();
  new_file(const new_file&) = delete;
  new_file& operator=(const new_file&) = delete;

  int fd() const { return fd_; }
  // True if the reader of the output may have gone, which is no error.
  bool is_stream() const { return is_stream_; }
  // Call when everything is written: puts the file (mode 0600) at its name. Throws std::system_error. Call at most
  // once.
  void commit();

 private:
  bool open_descriptor();
  void create_aside();
  std::string next_name_aside();
  [[noreturn]] void refuse(const char* doing, int error) const;

  std::string out_, folder_;
  std::string aside_;  // its name until commit(); "": it has none
  int fd_ = -1;
  bool is_stream_ = false;  // or a device: nothing is put at a name
};

// Throws usage_error if the file at `out` must not be replaced. Returns false if there is no file.
bool is_replaceable(const std::string& out);

}  // namespace weft::viz::cli
