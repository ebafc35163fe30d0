#pragma once

#include <functional>
#include <string>

#include "app/window_words.hpp"

namespace weft::viz {

// Receives the words and pictures of a script. An exception from either ends the script.
struct script_output {
  std::function<void(const window_words& words, const std::string& clipboard)> say;
  std::function<void(const std::string& file, const std::string& bytes)> write;
};

}  // namespace weft::viz
