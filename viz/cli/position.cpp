#include "cli/position.hpp"

#include <fmt/core.h>

#include <array>
#include <charconv>
#include <limits>

#include "cli/console.hpp"
#include "trace/reader.hpp"

namespace weft::viz::cli {
namespace {

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Digits from the front of `text`, which moves past them; none if there are none or the number is too large.
std::optional<std::uint64_t> take_number(std::string_view& text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{}) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return value;
}

struct unit {
  std::string_view name;
  std::uint64_t nanoseconds;
};
constexpr std::array time_units{
    unit{"", 1'000'000'000},   unit{"s", 1'000'000'000},    unit{"ms", 1'000'000},
    unit{"us", 1'000},         unit{"µs", 1'000},           unit{"ns", 1},
    unit{"m", 60'000'000'000}, unit{"min", 60'000'000'000},
};

std::optional<std::int64_t> time_from_text(std::string_view text) {
  std::string_view rest = text;
  const std::optional<std::uint64_t> whole = take_number(rest);
  if (!whole) return std::nullopt;
  std::string_view fraction;
  if (!rest.empty() && rest.front() == '.') {
    rest.remove_prefix(1);
    std::size_t digits = 0;
    while (digits < rest.size() && is_digit(rest[digits])) ++digits;
    if (digits == 0) return std::nullopt;
    fraction = rest.substr(0, digits);
    rest.remove_prefix(digits);
  }
  for (const unit& u : time_units) {
    if (u.name != rest) continue;
    std::uint64_t result = 0;
    if (__builtin_mul_overflow(*whole, u.nanoseconds, &result)) return std::nullopt;
    std::uint64_t weight = u.nanoseconds;
    for (const char digit : fraction) {
      weight /= 10;
      if (__builtin_add_overflow(result, weight * static_cast<std::uint64_t>(digit - '0'), &result)) {
        return std::nullopt;
      }
    }
    if (result > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) return std::nullopt;
    return static_cast<std::int64_t>(result);
  }
  return std::nullopt;
}

}  // namespace

std::int64_t parse_time_ns(std::string_view text) {
  if (const auto time = time_from_text(text)) return *time;
  throw usage_error(fmt::format("{}: not a time: write 1.5s, 20ms, 540us, or 3 (seconds)", text));
}

position parse_position(std::string_view text) {
  if (text == "end") return {};
  if (!text.empty() && text.front() == '#') {
    std::string_view rest = text.substr(1);
    const auto number = take_number(rest);
    if (number && rest.empty()) return {.time_ns = {}, .event = number};
  } else if (const auto time = time_from_text(text)) {
    return {.time_ns = time, .event = {}};
  }
  throw usage_error(fmt::format("{}: not a place in a trace: write a time (1.5s), an event (#120) or end", text));
}

std::uint64_t parse_size_bytes(std::string_view text) {
  std::string_view rest = text;
  const auto number = take_number(rest);
  const unsigned shift = rest == "K" ? 10 : rest == "M" ? 20 : rest == "G" ? 30 : 0;
  std::uint64_t bytes = 0;
  if (!number || (shift == 0 && !rest.empty()) || __builtin_mul_overflow(*number, std::uint64_t{1} << shift, &bytes) ||
      bytes == 0) {
    throw usage_error(fmt::format("{}: not a size: write 16M, 64K, 1G or a number of bytes", text));
  }
  return bytes;
}

std::uint64_t events_until(const diary::reader& trace, const position& where) {
  const std::uint64_t count = trace.event_count();
  if (where.event) {
    if (*where.event >= count) {
      throw usage_error(fmt::format("{}: no event #{}: the trace has {} events, the first is #0", trace.info().path,
                                    *where.event, count));
    }
    return *where.event + 1;
  }
  if (!where.time_ns || count == 0) return count;
  const std::uint64_t last = trace.find_time(*where.time_ns);
  return trace.at(last).t_ns > *where.time_ns ? last : last + 1;
}

}  // namespace weft::viz::cli
