// weft/io.hpp for any fd of the program.
#include <cerrno>
#include <string>
#include <system_error>

#include "weft/io.hpp"

namespace weft {

bool detail::wait_fd_or_throw(int fd, direction d, detail::time_limit limit) {
  switch (wait_fd(fd, d, limit, false)) {
    case io_outcome::ready:
      return true;
    case io_outcome::timed_out:
      return false;
    case io_outcome::interrupted:
      throw_interruption();
    case io_outcome::closed:
      throw std::system_error(ECANCELED, std::generic_category(), "wait for fd " + std::to_string(fd));
  }
  return false;
}

void close(int fd) {
  const int error = detail::close_fd(fd);
  if (error != 0) throw std::system_error(error, std::generic_category(), "close fd " + std::to_string(fd));
}

}  // namespace weft
