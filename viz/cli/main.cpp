// The process of the command: real streams, no error message for a closed pipe.
#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <iostream>

#include "cli/command.hpp"
#include "cli/output/descriptor_buffer.hpp"

int main(int argc, char** argv) {
  using namespace weft::viz::cli;
  // A closed pipe then gives EPIPE, and the command ends without a message and with its own exit status.
  ::signal(SIGPIPE, SIG_IGN);
  std::ios::sync_with_stdio(false);
  descriptor_buffer buffer(STDOUT_FILENO);
  std::ostream out(&buffer);
  console io{std::cin, out, std::cerr, STDIN_FILENO, ::isatty(STDERR_FILENO) != 0};
  const int status = run({argv + 1, argv + argc}, io);
  out.flush();
  if (buffer.error() == 0 || buffer.error() == EPIPE) return status;
  std::cerr << "weft: standard output: cannot be written: " << std::generic_category().message(buffer.error()) << '\n';
  return wrong_use;
}
