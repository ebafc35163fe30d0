// weft/io.hpp for any fd of the program.
#include <cerrno>
#include <string>
#include <system_error>

#include "weft/io.hpp"

namespace weft {

bool detail::wait_fd_or_throw(int fd, direction d, detail::time_limit limit) {
  return end_of_fd_wait(fd, wait_fd(fd, d, limit, false));
}

void close(int fd) {
  const int error = detail::close_fd(fd);
  if (error != 0) throw std::system_error(error, std::generic_category(), "close fd " + std::to_string(fd));
}

}  // namespace weft
