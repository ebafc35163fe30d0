// weft::source_location: a place in the source, such as the call of a function.
#pragma once

#include "weft/detail/core/cxx20.hpp"

#include <cstdint>
#include <version>

#if defined(__cpp_lib_source_location)
#include <source_location>
#endif

namespace weft {

// A file, a function, a line and a column. weft's own class, the same under every compiler and standard library: not
// all of them have std::source_location, and a library with it in its interface could be linked only by the compiler
// that built it.
class source_location {
 public:
  // The place of the call; as a default argument, the place of the call of that function.
#if defined(__has_builtin) && __has_builtin(__builtin_COLUMN)
  static constexpr source_location current(const char* file = __builtin_FILE(),
                                           const char* function = __builtin_FUNCTION(),
                                           std::uint_least32_t line = __builtin_LINE(),
                                           std::uint_least32_t column = __builtin_COLUMN()) noexcept {
    source_location here;
    here.file_ = file;
    here.function_ = function;
    here.line_ = line;
    here.column_ = column;
    return here;
  }
#else  // GCC, whose builtin for the column is available only through std::source_location
  static constexpr source_location current(std::source_location here = std::source_location::current()) noexcept {
    return here;
  }
#endif

  // No place: empty strings and zeros.
  constexpr source_location() noexcept = default;
#if defined(__cpp_lib_source_location)
  constexpr source_location(const std::source_location& where) noexcept
      : file_(where.file_name()), function_(where.function_name()), line_(where.line()), column_(where.column()) {}
#endif

  // Both strings live as long as the program.
  constexpr const char* file_name() const noexcept { return file_; }
  constexpr const char* function_name() const noexcept { return function_; }
  // Counted from 1; 0: unknown.
  constexpr std::uint_least32_t line() const noexcept { return line_; }
  constexpr std::uint_least32_t column() const noexcept { return column_; }

 private:
  const char* file_ = "";
  const char* function_ = "";
  std::uint_least32_t line_ = 0;
  std::uint_least32_t column_ = 0;
};

}  // namespace weft
