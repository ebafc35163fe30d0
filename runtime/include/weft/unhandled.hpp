// Errors that nobody reads.
#pragma once

#include "weft/detail/core/cxx20.hpp"

#include <exception>
#include <functional>
#include <string_view>

namespace weft {

// Where errors go that nobody reads: the error, and one line that says what happened to whom. Called exactly once an
// error.
using unhandled_handler = std::function<void(std::exception_ptr, std::string_view what_and_who)>;
// Replaces the handler of the process and returns the one before; null restores the default, which writes the line to
// stderr. Any thread.
unhandled_handler set_unhandled_handler(unhandled_handler handler);

}  // namespace weft
