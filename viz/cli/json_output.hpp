// JSON as every reading command prints it: keys in a fixed order, one object, a line end behind it.
#pragma once

#include <nlohmann/json.hpp>
#include <ostream>

#include "cli/console.hpp"

namespace weft::viz::cli {

using json = nlohmann::ordered_json;

// Never throws for text that is not UTF-8: U+FFFD stands in for it.
inline void print_json(const json& value, console& io) {
  io.out << value.dump(2, ' ', false, json::error_handler_t::replace) << '\n';
}

}  // namespace weft::viz::cli
