#include "core/environment.hpp"

#include <strings.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace weft::core {

namespace {

std::optional<std::uint64_t> number(const char* text) noexcept {
  if (text == nullptr || *text < '0' || *text > '9') return std::nullopt;
  char* end = nullptr;
  errno = 0;
  const unsigned long long value = std::strtoull(text, &end, 0);
  if (*end != '\0' || errno != 0) return std::nullopt;
  return value;
}

bool is_number(const char* value) { return number(value).has_value(); }
bool is_one(const char* value) { return number(value) == std::uint64_t{1}; }
bool is_switch(const char* value) { return std::strcmp(value, "0") == 0 || std::strcmp(value, "1") == 0; }
bool is_recorded(const char* value) { return std::strcmp(value, "recorded") == 0; }
bool is_off(const char* value) { return std::strcmp(value, "off") == 0; }
bool is_path_or_off(const char* value) { return !says_off(value) || is_off(value); }

// Paths and sizes of traces are looked at where they are used; what is wrong with them is said there.
constexpr struct {
  const char* name;
  bool (*fits)(const char* value);
  const char* expected;
} variables[] = {
    {"WEFT_CONTROL", is_off, "\"off\" in small letters"},
    {"WEFT_SHUFFLE_SEED", is_number, "a number"},
    {"WEFT_STACK_SIZE", is_number, "a number of bytes"},
    {"WEFT_THREADS", is_one, "1: a run has one thread so far"},
    {"WEFT_TRACE", is_path_or_off, "the path of a file, or \"off\" in small letters"},
    {"WEFT_TRACE_ORDER_ONLY", is_switch, "0 or 1"},
    {"WEFT_REPLAY_PACE", is_recorded, "\"recorded\""},
};

// One line: nothing of the value can move the cursor or begin another.
void say(const char* name, const char* value, const char* expected) noexcept {
  char shown[65];
  std::size_t length = 0;
  for (; value[length] != '\0' && length < sizeof shown - 1; ++length)
    shown[length] = value[length] < ' ' || value[length] > '~' ? '?' : value[length];
  shown[length] = '\0';
  std::fprintf(stderr, "weft: %s=%s is ignored: expected %s\n", name, shown, expected);
}

}  // namespace

void check_environment() noexcept {
  static const bool once = [] {
    for (const auto& v : variables) {
      const char* const value = std::getenv(v.name);
      if (value != nullptr && *value != '\0' && !v.fits(value)) say(v.name, value, v.expected);
    }
    return true;
  }();
  static_cast<void>(once);
}

std::optional<std::uint64_t> number_of_environment(const char* variable) noexcept {
  return number(std::getenv(variable));
}

bool says_off(const char* value) noexcept { return strcasecmp(value, "off") == 0; }

}  // namespace weft::core
