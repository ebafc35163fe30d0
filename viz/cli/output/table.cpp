#include "cli/output/table.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <ostream>

namespace weft::viz::cli {
namespace {

struct code_range {
  char32_t first, last;
};

// From Unicode's EastAsianWidth (W and F) and the emoji presentation blocks, whole blocks at a time.
constexpr std::array wide_ranges{
    code_range{0x1100, 0x115f},   code_range{0x231a, 0x231b},   code_range{0x2329, 0x232a},
    code_range{0x23e9, 0x23ec},   code_range{0x2e80, 0x303e},   code_range{0x3041, 0x33ff},
    code_range{0x3400, 0x4dbf},   code_range{0x4e00, 0x9fff},   code_range{0xa000, 0xa4cf},
    code_range{0xa960, 0xa97f},   code_range{0xac00, 0xd7a3},   code_range{0xf900, 0xfaff},
    code_range{0xfe10, 0xfe19},   code_range{0xfe30, 0xfe6f},   code_range{0xff00, 0xff60},
    code_range{0xffe0, 0xffe6},   code_range{0x1f300, 0x1f64f}, code_range{0x1f680, 0x1f6ff},
    code_range{0x1f900, 0x1f9ff}, code_range{0x20000, 0x3fffd},
};
constexpr std::array zero_ranges{
    code_range{0x0300, 0x036f}, code_range{0x0483, 0x0489}, code_range{0x0591, 0x05bd}, code_range{0x064b, 0x065f},
    code_range{0x0e34, 0x0e3a}, code_range{0x0e47, 0x0e4e}, code_range{0x1ab0, 0x1aff}, code_range{0x1dc0, 0x1dff},
    code_range{0x200b, 0x200f}, code_range{0x2060, 0x2064}, code_range{0x20d0, 0x20ff}, code_range{0xfe00, 0xfe0f},
    code_range{0xfe20, 0xfe2f}, code_range{0xfeff, 0xfeff},
};

template <std::size_t N>
bool in_any(const std::array<code_range, N>& ranges, char32_t c) {
  return std::any_of(ranges.begin(), ranges.end(), [c](const code_range& r) { return c >= r.first && c <= r.last; });
}

// Removes the first code point from `text` and returns it. A stray byte counts as itself: names have been sanitised, so
// this only has to stay in bounds.
char32_t take_code_point(std::string_view& text) {
  const auto lead = static_cast<unsigned char>(text.front());
  const std::size_t length = lead < 0xc0 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  char32_t code = length == 1 ? lead : lead & (0x7fU >> length);
  const std::size_t available = std::min(length, text.size());
  for (std::size_t i = 1; i < available; ++i) code = code << 6 | (static_cast<unsigned char>(text[i]) & 0x3fU);
  text.remove_prefix(available);
  return code;
}

}  // namespace

std::size_t display_width(std::string_view utf8) {
  std::size_t columns = 0;
  while (!utf8.empty()) {
    const char32_t c = take_code_point(utf8);
    if (c < 0x300) {
      ++columns;
    } else if (!in_any(zero_ranges, c)) {
      columns += in_any(wide_ranges, c) ? 2 : 1;
    }
  }
  return columns;
}

std::string padded(std::string_view text, std::size_t columns, bool to_the_right) {
  const std::size_t width = display_width(text);
  const std::string space(columns > width ? columns - width : 0, ' ');
  return to_the_right ? space + std::string(text) : std::string(text) + space;
}

std::string shortened(std::string_view text, std::size_t columns) {
  if (display_width(text) <= columns) return std::string(text);
  std::size_t kept_bytes = 0, width = 0;
  for (std::string_view rest = text; !rest.empty();) {
    const std::size_t before = text.size() - rest.size();
    take_code_point(rest);
    const std::size_t behind = text.size() - rest.size();
    width += display_width(text.substr(before, behind - before));
    if (width + 1 > columns) break;
    kept_bytes = behind;
  }
  return std::string(text.substr(0, kept_bytes)) + "…";
}

std::string short_duration(std::int64_t ns) {
  struct unit {
    double size_ns;
    std::string_view name;
  };
  constexpr std::array units{unit{1e3, "us"}, unit{1e6, "ms"}, unit{1e9, "s"}};
  if (ns == 0) return "0";
  if (ns > -1000 && ns < 1000) return fmt::format("{} ns", ns);
  const double size_ns = std::abs(static_cast<double>(ns));
  // The first unit in which the value rounds to less than 1000.
  const unit& u = *std::find_if(units.begin(), units.end() - 1,
                                [size_ns](const unit& each) { return size_ns / each.size_ns < 999.5; });
  const double value = size_ns / u.size_ns;
  const int decimals = value < 9.995 ? 2 : value < 99.95 ? 1 : 0;
  return fmt::format("{}{:.{}f} {}", ns < 0 ? "-" : "", value, decimals, u.name);
}

std::string exact_time(std::int64_t ns) {
  const std::uint64_t size =
      ns < 0 ? std::uint64_t{0} - static_cast<std::uint64_t>(ns) : static_cast<std::uint64_t>(ns);
  return fmt::format("{}{}.{:09} s", ns < 0 ? "-" : "", size / 1'000'000'000, size % 1'000'000'000);
}

std::string short_size(std::uint64_t bytes) {
  if (bytes < 1024) return fmt::format("{} B", bytes);
  double value = static_cast<double>(bytes);
  std::string_view unit;
  for (const char* const next : {"KiB", "MiB", "GiB", "TiB"}) {
    if (!unit.empty() && value < 1024) break;
    value /= 1024;
    unit = next;
  }
  return fmt::format("{:.1f} {}", value, unit);
}

void table::print(std::ostream& out) const {
  std::vector<std::size_t> widths;
  for (const column& c : columns_) widths.push_back(display_width(c.title));
  for (const auto& row : rows_) {
    for (std::size_t i = 0; i < row.size(); ++i)
      widths[i] = std::max(widths[i], std::min(widest_cell, display_width(row[i])));
  }
  const auto print_row = [&](const auto& text_of) {
    std::string line;
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      if (i > 0) line += "  ";
      line += padded(text_of(i), widths[i], columns_[i].side == align::right);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out << line << '\n';
  };
  print_row([&](std::size_t i) { return columns_[i].title; });
  for (const auto& row : rows_) {
    print_row([&](std::size_t i) { return shortened(row[i], widest_cell); });
    if (!out) return;
  }
}

}  // namespace weft::viz::cli
