// Collects the lines for the unhandled handler while it exists.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "weft/task.hpp"

namespace weft::tests {

class unhandled_errors {
 public:
  unhandled_errors()
      : before_(
            set_unhandled_handler([this](std::exception_ptr, std::string_view line) { lines.emplace_back(line); })) {}
  ~unhandled_errors() { set_unhandled_handler(before_); }
  unhandled_errors(const unhandled_errors&) = delete;
  unhandled_errors& operator=(const unhandled_errors&) = delete;
  std::vector<std::string> lines;

 private:
  unhandled_handler before_;
};

}  // namespace weft::tests
