// The environment variables that weft reads: one table of what they may be. An odd value gets one line and is ignored.
#pragma once

#include <cstdint>
#include <optional>

namespace weft::core {

// Says what is odd, once a process.
void check_environment() noexcept;

// None if it is not set, or is odd.
std::optional<std::uint64_t> number_of_environment(const char* variable) noexcept;

// "off" in whatever case: nobody means a file by it.
bool says_off(const char* value) noexcept;

}  // namespace weft::core
