#include "cli/output_file.hpp"

#include <fcntl.h>
#include <fmt/core.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <ostream>
#include <system_error>

namespace weft::viz::cli {

void write_output(const std::string& out, const std::string& bytes, console& io) {
  if (out == "-") {
    io.out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    return;
  }
  const auto refuse = [&](const char* what) {
    throw std::system_error(errno, std::generic_category(), fmt::format("{}: cannot {}", out, what));
  };
  const int fd = ::open(out.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (fd < 0) refuse("create");
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t n = ::write(fd, bytes.data() + done, bytes.size() - done);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) {
      const int error = errno;
      ::close(fd);
      errno = error;
      refuse("write");
    }
    done += static_cast<std::size_t>(n);
  }
  if (::close(fd) != 0) refuse("write");
}

void make_way_for(const std::string& trace, bool force) {
  namespace fs = std::filesystem;
  std::error_code error;
  const fs::file_status status = fs::symlink_status(trace, error);
  if (!fs::exists(status)) return;
  if (fs::is_directory(status)) throw usage_error(trace + ": is a folder: choose another name with -o");
  if (!force) throw usage_error(trace + ": exists already: choose another name with -o, or replace it with --force");
  if (!fs::remove(trace, error)) throw usage_error(trace + ": cannot be replaced: " + error.message());
}

}  // namespace weft::viz::cli
