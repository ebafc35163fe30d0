// The source of the start page's running programs: the caller of the window knows how to find them and attach to them.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "model/program.hpp"

namespace weft::viz {

class control_client;

struct opened_program {
  std::string trace;
  std::uint32_t pid = 0;
  control_client* control = nullptr;  // valid until the window is closed; null: it takes no requests
};

// If both are empty there is no list. open() throws std::exception with one line.
struct program_source {
  std::function<std::vector<listed_program>()> list;
  std::function<opened_program(std::uint32_t pid)> open;
};

}  // namespace weft::viz
