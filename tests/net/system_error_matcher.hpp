// Expects a refusal of the operating system: its errno and its text.
#pragma once

#include <gmock/gmock.h>

#include <string>
#include <system_error>

namespace weft {

// Returns the text of the std::system_error that f throws; the test fails if there is none or its errno differs.
template <class F>
std::string text_of_system_error(int expected_errno, F&& f) {
  try {
    f();
  } catch (const std::system_error& e) {
    EXPECT_EQ(e.code(), std::error_code(expected_errno, std::generic_category())) << e.what();
    return e.what();
  }
  ADD_FAILURE() << "no std::system_error was thrown";
  return {};
}

}  // namespace weft
