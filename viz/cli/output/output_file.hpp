// The files that commands write. All of them are new_files: whole or not there, and nothing of others is replaced.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "cli/output/console.hpp"

namespace weft::viz::cli {

// "-", and the system's own name for it.
bool is_standard_output(const std::string& out);

// Writes bytes to OUT (see new_file), or to io.out for "-". Throws std::system_error, usage_error.
void write_output(const std::string& out, std::string_view bytes, console& io);
inline void write_output(const std::string& out, const std::vector<std::uint8_t>& bytes, console& io) {
  write_output(out, std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()), io);
}

// OUT for those who write piece by piece, or io.out for "-".
class output_stream {
 public:
  // See new_file. Throws std::system_error; usage_error also if OUT is the file `input`: whoever writes a trace's own
  // name has slipped.
  output_stream(const std::string& out, const std::string& input, console& io);
  ~output_stream();
  output_stream(const output_stream&) = delete;
  output_stream& operator=(const output_stream&) = delete;

  std::ostream& stream() { return *stream_; }
  // All is in the file, and only now the file is at its name. Throws std::system_error if not. (What cannot be written
  // to io.out its owner will say.) Who does not come to this has written nothing.
  void close();

 private:
  struct file;
  std::unique_ptr<file> file_;
  std::ostream* stream_;
};

// For a trace that a program's runtime will create, which refuses to touch a file that is there: removes it if `force`
// and it is a regular file of this user, else throws usage_error.
void make_way_for(const std::string& trace, bool force);

}  // namespace weft::viz::cli
