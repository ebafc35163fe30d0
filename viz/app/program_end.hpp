// How the program behind a trace ended, as far as this process can know.
#pragma once

#include <cstdint>
#include <string>

namespace weft::viz {

// "" while it runs. "ended: status 3" and "died: signal 9" of a child of this process, whether or not it is reaped;
// "died" of any other that is gone.
std::string end_of_program(std::uint32_t pid);

}  // namespace weft::viz
