// Calls everything that answers questions about a trace or converts it.
#pragma once

#include <cstdint>
#include <vector>

namespace weft::fuzz {

// Asks the command for every output for this trace, and draws the window. Aborts with a line on stderr if an output
// breaks the rules of its format, is too large, or differs where it must not.
void ask_everything(const std::vector<std::uint8_t>& trace);

}  // namespace weft::fuzz
