// Coroutines as people name them on a command line, in the same way everywhere.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "trace/state/history.hpp"

namespace weft::viz::cli {

class moment;

// "#15", "15", or a name. A number is a number first, also where a coroutine has it as its name. Throws usage_error,
// with `command` in front, where there is none, or where several have the name: it lists their numbers then.
std::uint64_t coroutine_named(const diary::history& trace, const std::string& wanted, std::string_view command);
// The same at a moment: of several with the name, the only one that is alive then is meant.
std::uint64_t coroutine_named(const moment& m, const std::string& wanted, std::string_view command);

}  // namespace weft::viz::cli
