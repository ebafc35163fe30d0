#include "trace/words/comparable_name.hpp"

namespace weft::diary {

std::string comparable_name(std::string_view name) {
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  std::string result;
  for (std::size_t i = 0; i < name.size();) {
    result += name[i++];
    if (result.back() != ':' || i == name.size() || !is_digit(name[i])) continue;
    result += '*';
    while (i < name.size() && is_digit(name[i])) ++i;
  }
  return result;
}

}  // namespace weft::diary
