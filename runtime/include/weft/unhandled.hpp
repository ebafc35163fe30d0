// Handles errors that are never read.
#pragma once

#include "weft/detail/core/cxx20.hpp"

#include <exception>
#include <functional>
#include <string_view>

namespace weft {

// Gets each error that is never read, and one line about the error and its coroutine. Called exactly once per error.
using unhandled_handler = std::function<void(std::exception_ptr, std::string_view what_and_who)>;
// Replaces the handler of the process and returns the previous one; null restores the default, which writes the line to
// stderr. Any thread.
unhandled_handler set_unhandled_handler(unhandled_handler handler);

}  // namespace weft
