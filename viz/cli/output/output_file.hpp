// The files that commands write. All are new_files: complete or absent, and no file of another user is replaced.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "cli/output/console.hpp"

namespace weft::viz::cli {

// True for "-", and for the system's name of standard output.
bool is_standard_output(const std::string& out);

// Writes bytes to OUT (see new_file), or to io.out for "-". Throws std::system_error, usage_error.
void write_output(const std::string& out, std::string_view bytes, console& io);
inline void write_output(const std::string& out, const std::vector<std::uint8_t>& bytes, console& io) {
  write_output(out, std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()), io);
}

// OUT for output in pieces, or io.out for "-".
class output_stream {
 public:
  // See new_file. Throws std::system_error; throws usage_error also if OUT is the file `input`, because to overwrite
  // the trace must be a mistake.
  output_stream(const std::string& out, const std::string& input, console& io);
  ~output_stream();
  output_stream(const output_stream&) = delete;
  output_stream& operator=(const output_stream&) = delete;

  std::ostream& stream() { return *stream_; }
  // Call when everything is written: only now the file appears at its name. Throws std::system_error. (The owner of
  // io.out reports errors of that stream.) Without this call nothing is written.
  void close();

 private:
  struct file;
  std::unique_ptr<file> file_;
  std::ostream* stream_;
};

// For a trace that a program's runtime will create; the runtime does not touch an existing file. Removes the file if
// `force` and it is a regular file of this user, else throws usage_error; also if no file can be created there.
void make_way_for(const std::string& trace, bool force);

}  // namespace weft::viz::cli
