// weft tail: a running program's trace on standard output, for a pipe over ssh to weft view on another machine.
#include <chrono>
#include <memory>
#include <ostream>

#include "cli/attachment.hpp"
#include "cli/programs/chunk_tail.hpp"
#include "cli/subcommands.hpp"

namespace weft::viz::cli {
namespace {

using namespace std::chrono_literals;

int tail(const std::string& trace, console& io) {
  follow_chunks(trace, 200ms, [&io](const std::string& news) {
    if (!news.empty()) io.out << news << std::flush;
    return static_cast<bool>(io.out);
  });
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
    program.tidy_up(io);
    return status;
  };
}

}  // namespace weft::viz::cli
