#include "record/discovery.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>

namespace weft::record {

namespace {

// A real folder of this user, closed to others.
bool is_private(const struct stat& s) noexcept {
  return S_ISDIR(s.st_mode) && s.st_uid == geteuid() && (s.st_mode & 077) == 0;
}

std::string link_path() { return discovery_folder() + "/" + std::to_string(getpid()) + ".trace"; }

}  // namespace

std::string discovery_folder() {
  if (const char* runtime = std::getenv("XDG_RUNTIME_DIR"); runtime != nullptr && *runtime == '/')
    return std::string(runtime) + "/weft";
  const char* temporary = std::getenv("TMPDIR");
  const std::string base = temporary != nullptr && *temporary == '/' ? temporary : "/tmp";
  return base + "/weft-" + std::to_string(geteuid());
}

bool make_discovery_folder() {
  const std::string folder = discovery_folder();
  struct stat s {};
  if (lstat(folder.c_str(), &s) != 0 && (mkdir(folder.c_str(), 0700) != 0 || lstat(folder.c_str(), &s) != 0)) {
    return errno == EEXIST && lstat(folder.c_str(), &s) == 0 && is_private(s);  // another process made it just now
  }
  return is_private(s);
}

void announce(const std::string& trace_path) noexcept {
  try {
    if (!make_discovery_folder()) return;
    const std::string link = link_path();
    unlink(link.c_str());  // left by an earlier process with this pid
    const std::string target = std::filesystem::absolute(trace_path).string();
    if (symlink(target.c_str(), link.c_str()) != 0) return;
  } catch (const std::exception&) {
    // A program that viewers cannot find still records.
  }
}

void withdraw() noexcept {
  try {
    unlink(link_path().c_str());
  } catch (const std::exception&) {
    // The link stays; readers see that the process is gone.
  }
}

}  // namespace weft::record
