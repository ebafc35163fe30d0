#include "app/program_end.hpp"

#include <signal.h>
#include <sys/wait.h>

#include <cerrno>
#include <fstream>

namespace weft::viz {
namespace {

// A process that has ended and that its parent has not reaped still takes signals. Linux says so in /proc.
bool is_zombie(std::uint32_t pid) {
  std::ifstream in("/proc/" + std::to_string(pid) + "/stat");
  std::string line;
  if (!std::getline(in, line)) return false;
  const std::size_t name_end = line.rfind(')');  // the name may have any characters
  return name_end != std::string::npos && name_end + 2 < line.size() && line[name_end + 2] == 'Z';
}

}  // namespace

std::string end_of_program(std::uint32_t pid) {
  if (pid == 0) return {};
  siginfo_t how{};
  // Left for whoever started it to reap.
  if (waitid(P_PID, static_cast<id_t>(pid), &how, WEXITED | WNOHANG | WNOWAIT) == 0 && how.si_pid != 0) {
    if (how.si_code == CLD_EXITED) return "ended: status " + std::to_string(how.si_status);
    return "died: signal " + std::to_string(how.si_status);
  }
  const bool is_gone = kill(static_cast<pid_t>(pid), 0) != 0 && errno == ESRCH;
  return is_gone || is_zombie(pid) ? "died" : "";
}

}  // namespace weft::viz
