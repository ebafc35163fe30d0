// What a command talks through, and the error for wrong use. Commands never touch the process's own streams, so tests
// run them in memory.
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
  int in_fd = -1;                // what `in` reads, for what must not block in it; -1: only `in` is there
  bool err_is_terminal = false;  // somebody watches: long work may show how far it is
};

// What every command's exit status means; part of the contract with scripts.
enum exit_status : int {
  good = 0,
  answer_is_no = 1,  // a failed check
  wrong_use = 2,     // bad arguments, or the operating system refused what was asked for
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
