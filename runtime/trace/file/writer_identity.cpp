#include "trace/file/writer_identity.hpp"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <random>

namespace weft::diary {

std::uint64_t process_start(std::uint32_t pid) noexcept {
#if defined(__linux__)
  // Built by hand: callers may have no memory.
  char path[64] = "/proc/";
  char digits[16];
  std::size_t count = 0;
  do digits[count++] = static_cast<char>('0' + pid % 10);
  while ((pid /= 10) != 0);
  std::size_t at = std::strlen(path);
  while (count > 0) path[at++] = digits[--count];
  std::memcpy(path + at, "/stat", 6);
  const int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return 0;
  char text[1024];
  const ssize_t got = read(fd, text, sizeof text - 1);
  close(fd);
  if (got <= 0) return 0;
  text[got] = '\0';
  // The name in parentheses may contain any character, so count the fields behind the last parenthesis.
  const char* field = std::strrchr(text, ')');
  if (field == nullptr || field[1] != ' ' || field[2] == 'Z' || field[2] == 'X') return 0;
  constexpr int begin_after_name = 20;
  for (int i = 0; i < begin_after_name && field != nullptr; ++i) field = std::strchr(field + 1, ' ');
  return field != nullptr ? std::strtoull(field, nullptr, 10) : 0;
#else
  static_cast<void>(pid);
  return 0;
#endif
}

std::uint64_t program_run() noexcept {
  static const std::uint64_t number = [] {
    try {
      std::random_device random;
      return static_cast<std::uint64_t>(random()) << 32 | random();
    } catch (const std::exception&) {
      const auto now = std::chrono::system_clock::now().time_since_epoch().count();
      return static_cast<std::uint64_t>(now) * 0x9e3779b97f4a7c15u ^ static_cast<std::uint64_t>(getpid());
    }
  }();
  return number;
}

bool belongs_to_another(const file_header& header) noexcept {
  if (header.pid == 0) return false;
  const bool has_my_number = header.pid == static_cast<std::uint32_t>(getpid());
  if (has_my_number && header.uuid[0] == program_run()) return false;
  const std::uint64_t began = process_start(header.pid);
  if (began != 0 && header.process_start != 0) return began == header.process_start;
  if (has_my_number) return true;  // before an exec, as far as can be known
#if defined(__linux__)
  if (began == 0 && access("/proc/self/stat", R_OK) == 0) return false;
#endif
  // Pids are reused: only for an incomplete trace is its writer more likely alive than the pid reused.
  return header.complete == 0 && (kill(static_cast<pid_t>(header.pid), 0) == 0 || errno == EPERM);
}

}  // namespace weft::diary
