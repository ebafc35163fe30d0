#include "cli/programs/demo_support.hpp"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "weft/weft.hpp"

namespace weft::viz::cli {
namespace {

constexpr std::array numbers{SIGINT, SIGTERM};

}  // namespace

void compute_for(std::chrono::microseconds d) {
  const auto end = std::chrono::steady_clock::now() + d;
  volatile unsigned sum = 0;
  while (std::chrono::steady_clock::now() < end) sum = sum * 31 + 7;
}

end_signals::end_signals() {
  std::array<int, 2> ends{};
  if (::pipe(ends.data()) != 0) throw std::system_error(errno, std::generic_category(), "pipe");
  for (const int fd : ends) {
    ::fcntl(fd, F_SETFD, FD_CLOEXEC);
    ::fcntl(fd, F_SETFL, O_NONBLOCK);
  }
  read_fd_ = ends[0];
  write_fd = ends[1];
  for (std::size_t i = 0; i < numbers.size(); ++i) old_[i] = ::signal(numbers[i], note);
}

end_signals::~end_signals() {
  for (std::size_t i = 0; i < numbers.size(); ++i) ::signal(numbers[i], old_[i]);
  ::close(read_fd_);
  ::close(write_fd.exchange(-1));
}

bool end_signals::wait_for(double seconds) const {
  return wait_readable_for(read_fd_, std::chrono::duration<double>(seconds));
}

void end_signals::note(int) {
  const int saved = errno;
  const char byte = 0;
  [[maybe_unused]] const ssize_t ignored = ::write(write_fd.load(), &byte, 1);
  errno = saved;
}

void repeat(double seconds, double pause_s, const std::function<void()>& round) {
  const end_signals signals;
  const auto end = std::chrono::steady_clock::now() + std::chrono::duration<double>(seconds);
  do {
    round();
  } while (!signals.wait_for(pause_s) && std::chrono::steady_clock::now() < end);
}

}  // namespace weft::viz::cli
