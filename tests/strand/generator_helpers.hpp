// Shared by the tests of generators.
#pragma once

#include <exception>
#include <string>
#include <vector>

#include "weft/generator.hpp"

namespace weft::tests {

using strings = std::vector<std::string>;

// Adds a word to a list when it is destroyed.
struct says {
  strings& to;
  std::string word;
  ~says() { to.push_back(word); }
};

inline std::string message_of(auto&& f) {
  try {
    f();
  } catch (const std::exception& e) {
    return e.what();
  }
  return "nothing was thrown";
}

inline generator<int> counting(int count) {
  return generator<int>{[count](auto& y) {
    for (int i = 1; i <= count; ++i) y(i);
  }};
}

}  // namespace weft::tests
