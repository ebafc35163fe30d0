// The demo programs inside the command. Each is an ordinary weft program in its own file, demo_NAME.cpp.
#pragma once

#include <span>
#include <string_view>

namespace weft::viz::cli {

struct demo {
  std::string_view name;       // one word
  std::string_view summary;    // for `weft demo --list`, without a full stop
  int (*run)(double seconds);  // runs for about that long on this thread; returns the exit status
};

// The first one is the default.
std::span<const demo> all_demos();

}  // namespace weft::viz::cli
