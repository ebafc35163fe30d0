#include <array>
#include <cerrno>
#include <system_error>

#include "net/fd_flags.hpp"
#include "weft/io.hpp"

namespace weft {

pipe_reader::pipe_reader(int fd) : stream(fd, "pipe", kind::pipe, net::adopt_fd(fd)) {}
pipe_writer::pipe_writer(int fd) : stream(fd, "pipe", kind::pipe, net::adopt_fd(fd)) {}

std::pair<pipe_reader, pipe_writer> make_pipe() {
  std::array<int, 2> ends{};
  if (net::open_pipe(ends) != 0) throw std::system_error(errno, std::generic_category(), "pipe");
  return {pipe_reader(ends[0]), pipe_writer(ends[1])};
}

}  // namespace weft
