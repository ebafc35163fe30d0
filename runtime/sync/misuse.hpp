// The wording of misuse errors: "unlock: mutex 'accounts' is not owned by the caller".
#pragma once

#include <string>
#include <string_view>

#include "trace/words/diary_event.hpp"
#include "trace/words/states.hpp"
#include "weft/detail/core/suspension.hpp"

namespace weft::detail {

// The object's kind and name: mutex 'accounts', or just mutex.
inline std::string described(const object& o) {
  std::string text(diary::to_text(o.kind()));
  if (!o.name().empty()) text.append(" '").append(diary::sanitised(o.name())).append("'");
  return text;
}

// `operation`: the called function; `rest`: what is wrong, printed after the object.
inline std::string misuse(std::string_view operation, const object& o, std::string_view rest) {
  return std::string(operation).append(": ").append(described(o)).append(" ").append(rest);
}

}  // namespace weft::detail
