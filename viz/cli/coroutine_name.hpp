// Finds coroutines by what a user types, with the same rules in all commands.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "trace/state/history.hpp"

namespace weft::viz::cli {

class moment;

// `wanted` is "#15", "15" or a name. A number is first tried as an id, even if a coroutine has it as its name. Throws
// usage_error, which starts with `command`, if there is no such coroutine, or if several have the name; it then lists
// their ids.
std::uint64_t coroutine_named(const diary::history& trace, const std::string& wanted, std::string_view command);
// The same at a moment: if several coroutines have the name, the only one alive at that moment is chosen.
std::uint64_t coroutine_named(const moment& m, const std::string& wanted, std::string_view command);

}  // namespace weft::viz::cli
