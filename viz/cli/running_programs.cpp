#include "cli/running_programs.hpp"

#include <fmt/core.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <filesystem>
#include <optional>

#include "cli/console.hpp"
#include "cli/trace_glance.hpp"
#include "trace/event.hpp"
#include "trace/header_check.hpp"

namespace weft::viz::cli {
namespace {

constexpr std::string_view link_suffix = ".trace";

bool only_ours(const std::string& folder) {
  struct stat s {};
  return ::lstat(folder.c_str(), &s) == 0 && S_ISDIR(s.st_mode) && s.st_uid == ::geteuid() &&
         (s.st_mode & (S_IRWXG | S_IRWXO)) == 0;
}

std::optional<pid_t> pid_of_link(const std::string& name) {
  if (!name.ends_with(link_suffix)) return std::nullopt;
  const char* const end = name.data() + name.size() - link_suffix.size();
  pid_t pid = 0;
  const auto [stop, error] = std::from_chars(name.data(), end, pid);
  if (error != std::errc{} || stop != end || pid <= 0) return std::nullopt;
  return pid;
}

bool is_alive(pid_t pid) { return ::kill(pid, 0) == 0 || errno == EPERM; }

}  // namespace

std::string runtime_folder() {
  const auto absolute = [](const char* variable) {
    const char* const value = std::getenv(variable);
    return std::string(value && *value == '/' ? value : "");
  };
  if (const std::string base = absolute("XDG_RUNTIME_DIR"); !base.empty()) return base + "/weft";
  const std::string temporary = absolute("TMPDIR");
  return (temporary.empty() ? "/tmp" : temporary) + "/weft-" + std::to_string(::geteuid());
}

std::vector<running_program> find_running_programs(const std::string& folder) {
  std::vector<running_program> found;
  if (!only_ours(folder)) return found;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    const std::optional<pid_t> pid = pid_of_link(entry.path().filename().string());
    if (!pid || !is_alive(*pid)) continue;
    const std::filesystem::path target = std::filesystem::read_symlink(entry.path(), error);
    if (error) continue;
    try {
      // A number may have been given to another process since: the trace itself says whose it is.
      const trace_glance trace = glance_at(target.string());
      if (trace.header.pid != static_cast<std::uint32_t>(*pid) || trace.header.complete != 0) continue;
      found.push_back({*pid, target.string(), diary::text_field(trace.header.program, sizeof trace.header.program),
                       trace.threads, trace.events, trace.duration_ns});
    } catch (const diary::file_error&) {
      // Left behind by a process that died: not a running program.
    }
  }
  std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.pid < b.pid; });
  return found;
}

namespace {

bool is_number(const std::string& text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

std::string trace_to_follow(const char* command, const std::string& target) {
  // A file whose name is a number is written ./123.
  if (!target.empty() && !is_number(target)) return target;
  const std::string folder = runtime_folder();
  const std::vector<running_program> found = find_running_programs(folder);
  if (!target.empty()) {
    for (const running_program& p : found) {
      if (std::to_string(p.pid) == target) return p.trace;
    }
    throw usage_error(
        fmt::format("{}: no running program {} records in {}: weft ps lists those that do; start it with weft record",
                    command, target, folder));
  }
  if (found.size() == 1) return found.front().trace;
  if (found.empty()) {
    throw usage_error(fmt::format("{}: no program records in {}: start one with weft record", command, folder));
  }
  std::string pids;
  for (const running_program& p : found) pids += fmt::format(" {} ({})", p.pid, p.program);
  throw usage_error(fmt::format("{}: several programs record: name one of{}", command, pids));
}

}  // namespace weft::viz::cli
