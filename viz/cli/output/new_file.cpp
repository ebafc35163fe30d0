#include "cli/output/new_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstdio>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>

#include "cli/output/console.hpp"

namespace weft::viz::cli {
namespace {

// The open descriptor that a name of the system stands for, if any.
std::optional<int> descriptor_named(std::string_view out) {
  if (out == "/dev/stdout") return STDOUT_FILENO;
  if (out == "/dev/stderr") return STDERR_FILENO;
  for (const std::string_view folder : {"/dev/fd/", "/proc/self/fd/"}) {
    if (!out.starts_with(folder)) continue;
    int fd = -1;
    const char* const end = out.data() + out.size();
    const auto [stop, error] = std::from_chars(out.data() + folder.size(), end, fd);
    if (error == std::errc{} && stop == end && fd >= 0) return fd;
  }
  return std::nullopt;
}

std::string folder_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string::npos ? "." : path.substr(0, slash + 1);
}

}  // namespace

bool is_replaceable(const std::string& out) {
  struct stat there {};
  if (::lstat(out.c_str(), &there) != 0) return false;
  const auto refuse = [&](const char* what) { throw usage_error(out + ": " + what + ": choose another name with -o"); };
  if (S_ISLNK(there.st_mode)) refuse("is a link, and is not followed");
  if (S_ISDIR(there.st_mode)) refuse("is a folder");
  if (!S_ISREG(there.st_mode)) refuse("is there and no ordinary file");
  if (there.st_uid != ::geteuid()) refuse("belongs to another user");
  return true;
}

new_file::new_file(const std::string& out) : out_(out), folder_(folder_of(out)) {
  if (open_descriptor()) return;
  is_replaceable(out_);
  create_aside();
}

new_file::~new_file() {
  if (fd_ >= 0) ::close(fd_);
  if (!aside_.empty()) ::unlink(aside_.c_str());
}

void new_file::refuse(const char* doing, int error) const {
  throw std::system_error(error, std::generic_category(), out_ + ": cannot " + doing);
}

bool new_file::open_descriptor() {
  if (const std::optional<int> named = descriptor_named(out_)) {
    fd_ = ::fcntl(*named, F_DUPFD_CLOEXEC, 3);
    if (fd_ < 0) refuse("write", errno);
    is_stream_ = true;
    return true;
  }
  struct stat there {};
  if (::lstat(out_.c_str(), &there) != 0 || !S_ISCHR(there.st_mode)) return false;
  fd_ = ::open(out_.c_str(), O_WRONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
  if (fd_ < 0) refuse("write", errno);
  // Something else may have been put there meanwhile.
  if (::fstat(fd_, &there) != 0 || !S_ISCHR(there.st_mode)) refuse("write", EEXIST);
  ::fcntl(fd_, F_SETFL, ::fcntl(fd_, F_GETFL) & ~O_NONBLOCK);
  is_stream_ = true;
  return true;
}

std::string new_file::next_name_aside() {
  static int names = 0;
  return folder_ + (folder_.ends_with('/') ? "" : "/") + ".weft-" + std::to_string(::getpid()) + "-" +
         std::to_string(names++);
}

// Creates a file without a name where the system has them: then not even a killed command leaves it behind.
void new_file::create_aside() {
#if defined(O_TMPFILE)
  fd_ = ::open(folder_.c_str(), O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600);
  if (fd_ >= 0) return;
#endif
  do {
    aside_ = next_name_aside();
    fd_ = ::open(aside_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
  } while (fd_ < 0 && errno == EEXIST);
  if (fd_ >= 0) return;
  aside_.clear();
  refuse("create", errno);
}

void new_file::commit() {
  const int fd = std::exchange(fd_, -1);
  int error = 0;
  if (!is_stream_ && aside_.empty()) {
    const std::string unnamed = "/proc/self/fd/" + std::to_string(fd);
    do {
      aside_ = next_name_aside();
      error = ::linkat(AT_FDCWD, unnamed.c_str(), AT_FDCWD, aside_.c_str(), AT_SYMLINK_FOLLOW) == 0 ? 0 : errno;
    } while (error == EEXIST);
    if (error != 0) aside_.clear();
  }
  if (::close(fd) != 0 && error == 0 && errno != EINTR) error = errno;
  if (error != 0) refuse("write", error);
  if (is_stream_) return;
  is_replaceable(out_);  // the file may have been replaced meanwhile
  if (std::rename(aside_.c_str(), out_.c_str()) != 0) refuse("create", errno);
  aside_.clear();
}

}  // namespace weft::viz::cli
