// The `weft` command without its process: arguments and streams in, exit status out. Each subcommand declares itself in
// its own file; this file chooses one and turns every error into one line and an exit status.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cli/output/console.hpp"

namespace weft::viz::cli {

class arguments;

struct subcommand {
  std::string_view name;
  std::string_view summary;                            // for the list in `weft --help`, without a full stop
  void (*declare)(arguments& parser, action& chosen);  // adds its options; `chosen` is set when they have been parsed
};

// In the order in which help lists them.
std::span<const subcommand> all_subcommands();

// Runs `weft ARGUMENTS`. Never throws for bad arguments or bad input; blocks until the command is done.
int run(const std::vector<std::string>& arguments, console& io);

// Returns the known name closest to `word`, or "" if none is so close that a typing error is likely.
std::string closest_name(std::string_view word, std::span<const std::string_view> names);

}  // namespace weft::viz::cli
