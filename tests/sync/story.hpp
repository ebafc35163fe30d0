// The form of these tests: a program runs on virtual time and records what happens; the test compares the story.
#pragma once

#include <string>
#include <string_view>

#include "support/simulation.hpp"
#include "weft/task.hpp"
#include "weft/this_coroutine.hpp"

namespace weft::tests {

// Words, separated by blanks.
class story {
 public:
  void operator()(std::string_view word) {
    if (!text_.empty()) text_ += ' ';
    text_ += word;
  }
  void operator()(std::string_view word, auto number) { (*this)(std::string(word) + std::to_string(number)); }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

using support::run_virtually;
using support::simulation;

}  // namespace weft::tests
