// Shared by the sources of scheduler_state: the words of reports, and arithmetic on times that a file may choose
// freely.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>

#include "trace/words/schema.hpp"
#include "trace/words/states.hpp"

namespace weft::diary {

inline std::string number(std::uint64_t value) { return std::to_string(value); }
inline std::string word(coroutine_status s) { return std::string(to_text(s)); }

inline std::string type_name(event_type type) {
  const event_schema* schema = find_schema(type);
  return schema != nullptr ? std::string(schema->name) : "event type " + number(static_cast<std::uint64_t>(type));
}

// `from_ns` (within the range of times) plus a delay; never overflows.
inline std::int64_t later(std::int64_t from_ns, std::uint64_t delay_ns) {
  constexpr std::int64_t latest_ns = INT64_MAX / 2;
  if (delay_ns >= static_cast<std::uint64_t>(latest_ns)) return latest_ns;
  return std::min(latest_ns, from_ns + static_cast<std::int64_t>(delay_ns));
}

}  // namespace weft::diary
