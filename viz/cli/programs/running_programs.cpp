#include "cli/programs/running_programs.hpp"

#include <fmt/core.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <optional>
#include <set>

#include "cli/output/console.hpp"
#include "cli/programs/trace_glance.hpp"
#include "trace/file/header_check.hpp"
#include "trace/words/diary_event.hpp"

#if defined(__APPLE__)
#include <libproc.h>

#include <array>
#endif

namespace weft::viz::cli {
namespace {

constexpr std::string_view trace_suffix = ".trace", control_suffix = ".control", attached_prefix = "attached-";

bool only_ours(const std::string& folder) {
  struct stat s {};
  return ::lstat(folder.c_str(), &s) == 0 && S_ISDIR(s.st_mode) && s.st_uid == ::geteuid() &&
         (s.st_mode & (S_IRWXG | S_IRWXO)) == 0;
}

std::optional<pid_t> pid_of(const std::string& name, std::string_view suffix) {
  if (!name.ends_with(suffix)) return std::nullopt;
  const char* const end = name.data() + name.size() - suffix.size();
  pid_t pid = 0;
  const auto [stop, error] = std::from_chars(name.data(), end, pid);
  if (error != std::errc{} || stop != end || pid <= 0) return std::nullopt;
  return pid;
}

bool is_alive(pid_t pid) { return ::kill(pid, 0) == 0 || errno == EPERM; }

// True if a program listens there. Most of the program does not notice a visitor that only connects.
bool listens(const std::string& socket) {
  try {
    const control_client visitor(socket);
    return true;
  } catch (const control_error&) {
    return false;
  }
}

std::string name_of_process(pid_t pid) {
#if defined(__linux__)
  const std::string folder = "/proc/" + std::to_string(pid);
  std::error_code error;
  const std::string path = std::filesystem::read_symlink(folder + "/exe", error).string();
  if (!error) return path.substr(path.rfind('/') + 1);
  std::string name;
  std::getline(std::ifstream(folder + "/comm"), name);
  return name;
#elif defined(__APPLE__)
  std::array<char, 256> name{};
  ::proc_name(pid, name.data(), name.size());
  return name.data();
#else
  static_cast<void>(pid);
  return {};
#endif
}

bool is_there(const std::string& path) {
  struct stat s {};
  return ::lstat(path.c_str(), &s) == 0;
}

// Fills p from the trace at the link's end. Returns false if the trace is of another process, or is not written any
// more.
bool look_at_trace(const std::string& link, running_program& p, std::vector<std::string>& left_out) {
  std::error_code error;
  const std::string target = std::filesystem::read_symlink(link, error).string();
  if (error) {
    if (is_there(link)) left_out.push_back(link + ": left out: no link to a trace");
    return false;
  }
  if (!is_there(target)) {
    // The link is removed when the recording ends, so the file was removed before.
    p.trace = target;
    p.deleted = true;
    return false;
  }
  try {
    // The pid may have been reused since: the trace itself says which process wrote it.
    const trace_glance trace = glance_at(target);
    if (trace.header.pid != static_cast<std::uint32_t>(p.pid) || trace.header.complete != 0) return false;
    p.trace = target;
    p.program = diary::text_field(trace.header.program, sizeof trace.header.program);
    p.threads = trace.threads;
    p.events = trace.events;
    p.duration_ns = trace.duration_ns;
    p.recording = true;
    return true;
  } catch (const diary::file_error& e) {
    left_out.push_back(fmt::format("{}: left out: {}", link, e.what()));
    return false;
  }
}

// Until when a trace for a viewer was written, as far as can be known.
std::chrono::system_clock::time_point written_until(const std::filesystem::path& trace, const trace_glance& seen) {
  using clock = std::chrono::system_clock;
  const auto recorded = std::chrono::nanoseconds(static_cast<std::int64_t>(seen.header.start_real_ns)) +
                        std::chrono::nanoseconds(seen.last_ns);
  // The modification time of a mapped file may be that of its beginning.
  struct stat s {};
  const auto touched = ::stat(trace.c_str(), &s) == 0 ? clock::from_time_t(s.st_mtime) : clock::time_point{};
  return std::max(clock::time_point(std::chrono::duration_cast<clock::duration>(recorded)), touched);
}

// Removes a trace that was made for a viewer and that the viewer left behind: after its program has ended, or a day
// later if the program died, because then the trace may show why.
void sweep(const std::filesystem::path& trace, std::vector<std::string>& left_out) {
  constexpr auto kept_for = std::chrono::hours(24);
  try {
    const trace_glance seen = glance_at(trace.string());
    const bool is_over = seen.header.complete != 0;
    if (!is_over && std::chrono::system_clock::now() - written_until(trace, seen) < kept_for) return;
    ::unlink(trace.c_str());
  } catch (const diary::file_error& e) {
    if (is_there(trace.string())) left_out.push_back(fmt::format("{}: left out", e.what()));
  }
}

std::optional<pid_t> pid_of_attached(const std::string& name) {
  return name.starts_with(attached_prefix) ? pid_of(name.substr(attached_prefix.size()), ".weft") : std::nullopt;
}

}  // namespace

std::vector<running_program> find_running_programs(const std::string& folder, std::vector<std::string>* left_out) {
  std::vector<std::string> nobody_asks;
  std::vector<std::string>& out = left_out != nullptr ? *left_out : nobody_asks;
  std::vector<running_program> found;
  if (!only_ours(folder)) return found;
  std::set<pid_t> pids;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    const std::string name = entry.path().filename().string();
    for (const std::string_view suffix : {trace_suffix, control_suffix}) {
      if (const std::optional<pid_t> pid = pid_of(name, suffix)) pids.insert(*pid);
    }
    if (const std::optional<pid_t> pid = pid_of_attached(name); pid && !is_alive(*pid)) sweep(entry.path(), out);
  }
  for (const pid_t pid : pids) {
    running_program p;
    p.pid = pid;
    const std::string socket = control_path(folder, pid);
    const std::string link = folder + "/" + std::to_string(pid) + std::string(trace_suffix);
    const bool alive = is_alive(pid);
    p.attachable = listens(socket);
    if (!p.attachable && !alive) {
      ::unlink(socket.c_str());
      ::unlink(link.c_str());
      continue;
    }
    struct stat door {};
    if (alive && ::lstat(socket.c_str(), &door) == 0 && !S_ISSOCK(door.st_mode)) {
      out.push_back(socket + ": left out: no socket of a program");
    }
    if (alive && look_at_trace(link, p, out)) {
      found.push_back(std::move(p));
    } else if (p.attachable) {
      p.program = diary::sanitised(name_of_process(pid));
      found.push_back(std::move(p));
    }
  }
  return found;
}

running_program program_meant(const char* command, const std::string& target) {
  const std::string folder = runtime_folder();
  const std::vector<running_program> found = find_running_programs(folder);
  if (!target.empty()) {
    for (const running_program& p : found) {
      if (std::to_string(p.pid) == target) return p;
    }
    throw usage_error(fmt::format(
        "{}: no running program {} in {}: weft ps lists them; each is there from its first weft::run on, unless "
        "WEFT_TRACE or WEFT_CONTROL is off",
        command, target, folder));
  }
  if (found.size() == 1) return found.front();
  if (found.empty()) throw usage_error(fmt::format("{}: no weft program runs, says {}", command, folder));
  std::string pids;
  for (const running_program& p : found) pids += fmt::format(" {} ({})", p.pid, p.program);
  throw usage_error(fmt::format("{}: several programs run: name one of{}", command, pids));
}

}  // namespace weft::viz::cli
