// Everything that answers questions about a trace or turns it into something else.
#pragma once

#include <cstdint>
#include <vector>

namespace weft::fuzz {

// Asks the command for every output it has of this trace, and draws the window. Aborts with a line on stderr if an
// output breaks the rules of its format, is out of proportion, or differs where it must not.
void ask_everything(const std::vector<std::uint8_t>& trace);

}  // namespace weft::fuzz
