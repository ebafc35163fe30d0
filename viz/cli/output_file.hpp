// The files that commands write.
#pragma once

#include <string>

#include "cli/console.hpp"

namespace weft::viz::cli {

// Writes bytes to OUT (mode 0600, replaced if it exists), or to io.out for "-". Throws std::system_error.
void write_output(const std::string& out, const std::string& bytes, console& io);

// For a trace that a program's runtime will create, which refuses to touch a file that is there: removes it if `force`,
// else throws usage_error.
void make_way_for(const std::string& trace, bool force);

}  // namespace weft::viz::cli
