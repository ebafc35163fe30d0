#include "cli/output/output_file.hpp"

#include <fcntl.h>
#include <fmt/core.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <ostream>
#include <system_error>

#include "cli/output/descriptor_buffer.hpp"
#include "cli/output/new_file.hpp"

namespace weft::viz::cli {

bool is_standard_output(const std::string& out) { return out == "-" || out == "/dev/stdout"; }

struct output_stream::file {
  explicit file(const std::string& path) : name(path), target(path) {}

  std::string name;
  new_file target;
  descriptor_buffer buffer{target.fd()};
  std::ostream stream{&buffer};
};

output_stream::output_stream(const std::string& out, const std::string& input, console& io) : stream_(&io.out) {
  if (is_standard_output(out)) return;
  std::error_code error;
  if (input != "-" && std::filesystem::equivalent(out, input, error)) {
    throw usage_error(out + ": is the trace itself: choose another name with -o");
  }
  file_ = std::make_unique<file>(out);
  stream_ = &file_->stream;
}

output_stream::~output_stream() = default;

void output_stream::close() {
  stream_->flush();
  if (!file_) return;
  const int error = file_->buffer.error();
  if (error == EPIPE && file_->target.is_stream()) return;  // the reader has gone, which is no error
  if (error != 0) throw std::system_error(error, std::generic_category(), file_->name + ": cannot write");
  file_->target.commit();
}

void write_output(const std::string& out, std::string_view bytes, console& io) {
  output_stream to(out, "-", io);
  to.stream().write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  to.close();
}

namespace {

// Else the program would run for nothing: its runtime cannot say more than that it records nothing.
void try_to_create(const std::string& trace) {
  const int fd = ::open(trace.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0) throw usage_error(trace + ": cannot be created: " + std::generic_category().message(errno));
  ::close(fd);
  ::unlink(trace.c_str());
}

}  // namespace

void make_way_for(const std::string& trace, bool force) {
  if (!is_replaceable(trace)) {
    try_to_create(trace);
    return;
  }
  if (!force) throw usage_error(trace + ": exists already: choose another name with -o, or replace it with --force");
  if (::unlink(trace.c_str()) != 0 && errno != ENOENT) {
    throw usage_error(trace + ": cannot be replaced: " + std::generic_category().message(errno));
  }
  try_to_create(trace);
}

}  // namespace weft::viz::cli
