// A table as data: the titles of its columns, the texts of its rows, the meaning of a click. A widget draws it, a test
// reads it as text, a script's `say` prints it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "model/action.hpp"

namespace weft::viz {

struct table_column {
  std::string title;
  float width = 0;      // initial width in logical pixels; 0: shares what the others leave
  bool number = false;  // aligned right, in the fixed-width font
  bool sortable = false;
  std::string hint = {};  // shown while the mouse rests on the title
};

// How prominent a cell is.
enum class tone : std::uint8_t { normal, dim, faint, chosen, severe };

struct table_cell {
  std::string text;
  tone ink = tone::normal;
};

// Whether other rows can be shown below this one.
enum class folding : std::uint8_t { none, folded, unfolded };

struct table_row {
  std::vector<table_cell> cells;  // one per column
  std::optional<action> open;     // the meaning of a click
  std::optional<action> toggle;   // for a row that folds
  folding folds = folding::none;
  bool here = false;          // true: the cursor or the selection is here
  std::uint8_t depth = 0;     // in the tree; 0: a root
  std::uint8_t severity = 0;  // 1 (the worst) to 4; 0: none
  std::string hint = {};
  std::string below = {};  // a second line below the first cell
};

class table_rows {
 public:
  static constexpr std::size_t npos = static_cast<std::size_t>(-1);

  virtual ~table_rows() = default;
  virtual const std::vector<table_column>& columns() const = 0;
  virtual std::size_t count() const = 0;
  virtual table_row row(std::size_t i) const = 0;
  // True if rows have a second line.
  virtual bool has_two_lines() const { return false; }
  // The row that is scrolled into view when it changes; npos: none.
  virtual std::size_t current() const { return npos; }
  // Why there are no rows; shown instead of them.
  virtual std::string when_empty() const { return {}; }
};

// The cells, separated by tabs, for the clipboard and for tests.
std::string text_of(const table_row& row);

}  // namespace weft::viz
