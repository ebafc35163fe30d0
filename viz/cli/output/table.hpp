// Text tables whose columns align on a terminal, even with Chinese names, and the text forms of numbers.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <string>
#include <string_view>
#include <vector>

namespace weft::viz::cli {

// The number of terminal columns of UTF-8 text: East Asian wide characters and emoji 2, combining marks 0, others 1.
std::size_t display_width(std::string_view utf8);

// `text` with spaces after it (or before it) up to `columns` terminal columns.
std::string padded(std::string_view text, std::size_t columns, bool to_the_right = false);

// "0", "17 ns", "1.25 us", "380 ms", "12.5 s": at most four digits, for people.
std::string short_duration(std::int64_t ns);
// "1.234567890 s": every nanosecond.
std::string exact_time(std::int64_t ns);
// "512 B", "64.0 KiB", "1.5 MiB".
std::string short_size(std::uint64_t bytes);

// At most `columns` terminal columns of `text`; a shortened text ends with "…".
std::string shortened(std::string_view text, std::size_t columns);

enum class align { left, right };

class table {
 public:
  struct column {
    std::string title;
    align side = align::left;
  };
  explicit table(std::vector<column> columns) : columns_(std::move(columns)) {}
  // The row must have one cell for each column.
  void add(std::vector<std::string> row) { rows_.push_back(std::move(row)); }
  // Prints the title line and the rows; columns are two spaces apart, lines have no trailing spaces. Cells wider than
  // `widest_cell` are shortened: a name may have thousands of characters, and --json prints all of it.
  static constexpr std::size_t widest_cell = 80;
  void print(std::ostream& out) const;

 private:
  std::vector<column> columns_;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace weft::viz::cli
