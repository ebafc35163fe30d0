// The streams of a command, and the error for wrong use. Commands never use the process's own streams, so tests run
// them in memory.
#pragma once

#include <functional>
#include <iosfwd>
#include <stdexcept>
#include <string>

namespace weft::viz::cli {

// Borrowed streams. `err` gets one line for each error or warning and nothing else.
struct console {
  std::istream& in;
  std::ostream& out;
  std::ostream& err;
  int in_fd = -1;                // the descriptor behind `in`, for code that must not block in it; -1: none
  bool err_is_terminal = false;  // a user may watch: long work may show its progress
};

// The exit statuses of all commands; part of the contract with scripts.
enum exit_status : int {
  good = 0,
  answer_is_no = 1,  // a failed check
  wrong_use = 2,     // bad arguments, or the operating system refused the operation
  unreadable_input = 3,
};

// Wrong use. what() is one line without the leading "weft: ": what, where, what to do.
class usage_error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// What a parsed command line does; returns the exit status.
using action = std::function<int(console&)>;

}  // namespace weft::viz::cli
