// Apart from scheduler.hpp, because only tests may include it.
#pragma once

#include <cstddef>

namespace weft::core {

// That many threads are not the program's, live as long as it and wake nobody: an emulator's around it. Only who is
// sure may say so (the tests of cross builds, before main), for a thread left out wrongly means a wrong deadlock_error.
void disregard_threads(std::size_t count) noexcept;

}  // namespace weft::core
