// The `weft` command without its process: arguments and streams in, exit status out. Each subcommand declares itself in
// a file of its own; this one picks the right one and turns every error into one line and a status.
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
  std::string_view summary;                            // for the list in `weft --help`, no full stop
  void (*declare)(arguments& parser, action& chosen);  // adds its options; sets `chosen` when they are parsed
};

// In the order in which help lists them.
std::span<const subcommand> all_subcommands();

// Runs `weft ARGUMENTS`. Never throws for bad arguments or bad input; blocks until the command is done.
int run(const std::vector<std::string>& arguments, console& io);

// The known name that is closest to `word`, or "" if none is close enough to be a slip of the fingers.
std::string closest_name(std::string_view word, std::span<const std::string_view> names);

}  // namespace weft::viz::cli
