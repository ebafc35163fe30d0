// weft load: the inverse of weft dump.
#include <fmt/core.h>

#include <fstream>
#include <memory>

#include "cli/output/output_file.hpp"
#include "cli/subcommands.hpp"
#include "cli/trace_input.hpp"
#include "trace/text/trace_text.hpp"

namespace weft::viz::cli {
namespace {

struct load_options {
  std::string file = "-";
  std::string out;
};

std::vector<std::uint8_t> load(const std::string& file, console& io) {
  if (file == "-") return diary::load_text(io.in, shown_path(file));
  std::ifstream in(file, std::ios::binary);
  // A directory opens but cannot be read.
  if (!in || (in.peek() == std::ifstream::traits_type::eof() && in.bad())) {
    throw diary::file_error(file, 0, "cannot be read: check the path");
  }
  return diary::load_text(in, file);
}

}  // namespace

void declare_load(arguments& parser, action& chosen) {
  const auto options = std::make_shared<load_options>();
  parser.add("FILE", options->file, "what weft dump printed; - (default) is standard input");
  parser.add("-o,--output", options->out, "trace to write, replaced if it exists; - for standard output")
      .value_name("OUT")
      .required();
  chosen = [options](console& io) {
    write_output(options->out, load(options->file, io), io);
    return good;
  };
}

}  // namespace weft::viz::cli
