#include "cli/output_file.hpp"

#include <fcntl.h>
#include <fmt/core.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <ostream>
#include <system_error>

#include "cli/descriptor_buffer.hpp"

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

struct output_stream::file {
  file(std::string path, int descriptor) : name(std::move(path)), fd(descriptor) {}

  std::string name;
  int fd;
  descriptor_buffer buffer{fd};
  std::ostream stream{&buffer};
  bool is_closed = false;
};

output_stream::output_stream(const std::string& out, const std::string& input, console& io) : stream_(&io.out) {
  if (out == "-") return;
  std::error_code error;
  if (input != "-" && std::filesystem::equivalent(out, input, error)) {
    throw usage_error(out + ": is the trace itself: choose another name with -o");
  }
  const int fd = ::open(out.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (fd < 0) throw std::system_error(errno, std::generic_category(), out + ": cannot create");
  file_ = std::make_unique<file>(out, fd);
  stream_ = &file_->stream;
}

output_stream::~output_stream() {
  if (file_ && !file_->is_closed) ::close(file_->fd);
}

void output_stream::close() {
  stream_->flush();
  if (!file_) return;
  file_->is_closed = true;
  const bool is_closed = ::close(file_->fd) == 0;
  const int error = file_->buffer.error() != 0 ? file_->buffer.error() : is_closed ? 0 : errno;
  if (error != 0) throw std::system_error(error, std::generic_category(), file_->name + ": cannot write");
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
