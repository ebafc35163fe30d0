// A check of weft's own logic in builds of every kind, for cold paths; where each nanosecond counts it is assert().
#pragma once

#include <cstdint>
#include <initializer_list>
#include <type_traits>

namespace weft::diary {

// A value that is printed with its name: a number, a number of an enumeration, or an address.
struct checked_value {
  template <class T>
  checked_value(const char* value_name, T v) noexcept : name(value_name) {
    if constexpr (std::is_pointer_v<T>) {
      value = static_cast<std::int64_t>(reinterpret_cast<std::intptr_t>(v));
    } else {
      value = static_cast<std::int64_t>(v);
    }
  }
  const char* name;
  std::int64_t value = 0;
};

// Writes "weft: internal error in FILE:LINE: CONDITION does not hold (NAME = VALUE, ...)" to stderr and aborts.
[[noreturn]] void check_failed(const char* condition, const char* file, int line,
                               std::initializer_list<checked_value> values) noexcept;

}  // namespace weft::diary

// WEFT_CHECK(condition, {"name", value}, ...)
#define WEFT_CHECK(condition, ...)                     \
  (static_cast<bool>(condition) ? static_cast<void>(0) \
                                : ::weft::diary::check_failed(#condition, __FILE__, __LINE__, {__VA_ARGS__}))
