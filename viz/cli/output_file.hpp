// The files that commands write.
#pragma once

#include <iosfwd>
#include <memory>
#include <string>

#include "cli/console.hpp"

namespace weft::viz::cli {

// Writes bytes to OUT (mode 0600, replaced if it exists), or to io.out for "-". Throws std::system_error.
void write_output(const std::string& out, const std::string& bytes, console& io);

// OUT for those who write piece by piece, or io.out for "-".
class output_stream {
 public:
  // Mode 0600, replaced if it exists. Throws std::system_error; usage_error if OUT is the file `input`, which is mapped
  // and would be pulled away from under its reader.
  output_stream(const std::string& out, const std::string& input, console& io);
  ~output_stream();
  output_stream(const output_stream&) = delete;
  output_stream& operator=(const output_stream&) = delete;

  std::ostream& stream() { return *stream_; }
  // All is in the file now. Throws std::system_error if not. (What cannot be written to io.out its owner will say.)
  void close();

 private:
  struct file;
  std::unique_ptr<file> file_;
  std::ostream* stream_;
};

// For a trace that a program's runtime will create, which refuses to touch a file that is there: removes it if `force`,
// else throws usage_error.
void make_way_for(const std::string& trace, bool force);

}  // namespace weft::viz::cli
