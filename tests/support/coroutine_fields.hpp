// The fields of a coroutine's state as text, for tests that none gets lost on its way: through checkpoints, through
// text, through a copy.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "trace/state/coroutine_state.hpp"

namespace weft::tests {

template <class T>
std::string field_text(const T& value) {
  if constexpr (std::is_enum_v<T>) {
    return std::to_string(static_cast<std::uint64_t>(value));
  } else {
    return std::to_string(value);
  }
}
inline std::string field_text(const std::optional<std::int64_t>& value) { return value ? field_text(*value) : "none"; }

// The values as text, in the order of coroutine_fields.
inline std::vector<std::string> field_texts(const diary::coroutine_state& c) {
  return diary::with_fields(c, [](const auto&... field) { return std::vector<std::string>{field_text(field)...}; });
}

// Values that none of the defaults is, and no two fields share but those of one bit.
inline diary::coroutine_state filled_coroutine() {
  diary::coroutine_state c;
  std::uint64_t next = 100;
  const auto fill = [&next]<class T>(T& field) {
    ++next;
    if constexpr (std::is_same_v<T, diary::coroutine_status>) {
      field = diary::coroutine_status::blocked;
    } else if constexpr (std::is_same_v<T, diary::wait_reason>) {
      field = diary::wait_reason::mutex;
    } else if constexpr (std::is_same_v<T, diary::wake_cause>) {
      field = diary::wake_cause::closed;
    } else if constexpr (std::is_same_v<T, bool>) {
      field = true;
    } else if constexpr (std::is_same_v<T, std::optional<std::int64_t>>) {
      field = static_cast<std::int64_t>(next);
    } else {
      field = static_cast<T>(next);
    }
  };
  diary::with_fields(c, [&](auto&... field) { (fill(field), ...); });
  return c;
}

}  // namespace weft::tests
