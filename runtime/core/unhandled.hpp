// Errors that nobody reads.
#pragma once

#include <exception>
#include <string>

namespace weft::detail {

// Calls the unhandled handler with the error and the line "`who`: type: what()". Errors of the handler itself are
// swallowed.
void report_unhandled(const std::exception_ptr& error, const std::string& who) noexcept;

// "std::runtime_error: no such order"; the type alone for what is not a std::exception.
std::string describe(const std::exception_ptr& error);

}  // namespace weft::detail
