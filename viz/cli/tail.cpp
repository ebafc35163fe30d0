// weft tail: a running program's trace on standard output, for a pipe over ssh to weft view on another machine.
#include <signal.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <memory>
#include <ostream>
#include <thread>

#include "cli/attachment.hpp"
#include "cli/chunk_tail.hpp"
#include "cli/subcommands.hpp"

namespace weft::viz::cli {
namespace {

using namespace std::chrono_literals;

constexpr auto look_every = 200ms;

bool is_gone(std::uint32_t pid) { return pid == 0 || (::kill(static_cast<pid_t>(pid), 0) != 0 && errno == ESRCH); }

int tail(const std::string& trace, console& io) {
  chunk_tail source(trace);
  io.out << source.header_bytes() << std::flush;
  while (io.out) {
    // Asked before the last look: what was written until then is in it.
    const bool is_last = source.is_complete() || is_gone(source.header().pid);
    const std::string news = source.new_chunks();
    if (!news.empty()) io.out << news << std::flush;
    if (is_last) break;
    std::this_thread::sleep_for(look_every);
  }
  return good;
}

}  // namespace

void declare_tail(arguments& parser, action& chosen) {
  const auto options = std::make_shared<attach_options>();
  options->declare(parser);
  parser.footer("Whole chunks, until the program ends or nobody reads any more: ssh HOST weft tail PID | weft view -");
  chosen = [options](console& io) {
    const attachment program("tail", *options);
    const int status = tail(program.trace(), io);
    program.tell_what_is_left(io);
    return status;
  };
}

}  // namespace weft::viz::cli
