#include "cli/position.hpp"

#include <fmt/core.h>

#include <array>
#include <charconv>
#include <ctime>
#include <limits>

#include "cli/output/console.hpp"
#include "trace/file/reader.hpp"

namespace weft::viz::cli {
namespace {

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Removes digits from the front of `text` and returns their number; nothing if there are no digits or the number is too
// large.
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
    unit{"m", 60'000'000'000}, unit{"min", 60'000'000'000}, unit{"h", 3'600'000'000'000},
};

std::optional<std::int64_t> time_from_text(std::string_view text) {
  std::string_view rest = text;
  const bool is_negative = !rest.empty() && rest.front() == '-';
  if (is_negative) rest.remove_prefix(1);
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
    return is_negative ? -static_cast<std::int64_t>(result) : static_cast<std::int64_t>(result);
  }
  return std::nullopt;
}

// For example "50%", "99.5%": 0 to 100.
std::optional<double> share_from_text(std::string_view text) {
  if (text.empty() || text.back() != '%') return std::nullopt;
  text.remove_suffix(1);
  // Parsed by hand: libc++ before 20 has no from_chars for double, and strtod depends on the locale.
  double per_cent = 0, weight = 1;
  bool in_fraction = false;
  for (const char c : text) {
    if (c == '.' && !in_fraction) {
      in_fraction = true;
    } else if (is_digit(c)) {
      if (in_fraction) weight /= 10;
      per_cent = in_fraction ? per_cent + weight * (c - '0') : per_cent * 10 + (c - '0');
    } else {
      return std::nullopt;
    }
  }
  if (text.empty() || !is_digit(text.front()) || !is_digit(text.back()) || per_cent > 100) return std::nullopt;
  return per_cent / 100;
}

// Reads exactly `digits` digits, then the character `behind` if it is not 0.
bool take_field(std::string_view& text, std::size_t digits, int& value, char behind) {
  if (text.size() < digits + (behind != 0 ? 1 : 0)) return false;
  value = 0;
  for (std::size_t i = 0; i < digits; ++i) {
    if (!is_digit(text[i])) return false;
    value = value * 10 + (text[i] - '0');
  }
  if (behind != 0 && text[digits] != behind) return false;
  text.remove_prefix(digits + (behind != 0 ? 1 : 0));
  return true;
}

// For example "12:03:04.5", "2026-11-30T12:03:04.5".
std::optional<wall_clock> clock_from_text(std::string_view text) {
  wall_clock c;
  if (text.size() > 10 && (text[10] == 'T' || text[10] == ' ')) {
    c.has_date = true;
    const char behind_day = text[10];
    if (!take_field(text, 4, c.year, '-') || !take_field(text, 2, c.month, '-') ||
        !take_field(text, 2, c.day, behind_day) || c.month < 1 || c.month > 12 || c.day < 1 || c.day > 31) {
      return std::nullopt;
    }
  }
  if (!take_field(text, 2, c.hour, ':') || !take_field(text, 2, c.minute, ':') || !take_field(text, 2, c.second, 0) ||
      c.hour > 23 || c.minute > 59 || c.second > 60) {
    return std::nullopt;
  }
  if (text.empty()) return c;
  if (text.front() != '.' || text.size() == 1) return std::nullopt;
  std::int64_t weight = 1'000'000'000;
  for (const char digit : text.substr(1)) {
    if (!is_digit(digit)) return std::nullopt;
    weight /= 10;
    c.nanoseconds += weight * (digit - '0');
  }
  return c;
}

// Nanoseconds since 1970 of that local time on the given day.
std::int64_t real_ns_of(const wall_clock& c, int year, int month, int day) {
  std::tm local{};
  local.tm_year = year - 1900;
  local.tm_mon = month - 1;
  local.tm_mday = day;
  local.tm_hour = c.hour;
  local.tm_min = c.minute;
  local.tm_sec = c.second;
  local.tm_isdst = -1;
  return static_cast<std::int64_t>(std::mktime(&local)) * 1'000'000'000 + c.nanoseconds;
}

std::int64_t time_of_clock(const diary::reader& trace, const wall_clock& c) {
  const diary::file_info& f = trace.info();
  if (f.start_real_ns <= 0) {
    throw usage_error(fmt::format("{}: the trace does not say when it was recorded: write a time since its beginning",
                                  diary::sanitised(f.path)));
  }
  const std::int64_t first_ns = f.start_real_ns + f.first_ns;
  std::int64_t at_ns = 0;
  if (c.has_date) {
    at_ns = real_ns_of(c, c.year, c.month, c.day);
  } else {
    const std::time_t first = static_cast<std::time_t>(first_ns / 1'000'000'000);
    std::tm day{};
    ::localtime_r(&first, &day);
    at_ns = real_ns_of(c, day.tm_year + 1900, day.tm_mon + 1, day.tm_mday);
    if (at_ns < first_ns) at_ns = real_ns_of(c, day.tm_year + 1900, day.tm_mon + 1, day.tm_mday + 1);
  }
  const std::int64_t t_ns = at_ns - f.start_real_ns;
  if (t_ns < f.first_ns || t_ns > f.last_ns) {
    throw usage_error(fmt::format("{}: nothing was recorded at that time of day: weft info tells from when to when",
                                  diary::sanitised(f.path)));
  }
  return t_ns;
}

}  // namespace

std::int64_t parse_time_ns(std::string_view text) {
  if (const auto time = time_from_text(text); time && *time >= 0) return *time;
  throw usage_error(fmt::format("{}: not a time: write 1.5s, 20ms, 540us, 3h, or 3 (seconds)", text));
}

position parse_position(std::string_view text) {
  if (text == "end") return {};
  position where;
  if (!text.empty() && text.front() == '#') {
    std::string_view rest = text.substr(1);
    where.event = take_number(rest);
    if (where.event && rest.empty()) return where;
  } else if ((where.time_ns = time_from_text(text)) || (where.share = share_from_text(text)) ||
             (where.clock = clock_from_text(text))) {
    return where;
  }
  throw usage_error(
      fmt::format("{}: not a place in a trace: write a time (1.5s, 50%, 12:03:04.5), an event (#120) or end", text));
}

std::int64_t time_of(const diary::reader& trace, const position& where) {
  const diary::file_info& f = trace.info();
  if (where.time_ns) return *where.time_ns;
  if (where.clock) return time_of_clock(trace, *where.clock);
  if (where.share) {
    return *where.share >= 1
               ? f.last_ns
               : f.first_ns + static_cast<std::int64_t>(*where.share * static_cast<double>(f.duration_ns));
  }
  return where.event ? trace.at(events_until(trace, where) - 1).t_ns : f.last_ns;
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
  if (count == 0 || (!where.time_ns && !where.share && !where.clock)) return count;
  const std::int64_t t_ns = time_of(trace, where);
  const std::uint64_t last = trace.find_time(t_ns);
  return trace.at(last).t_ns > t_ns ? last : last + 1;
}

}  // namespace weft::viz::cli
