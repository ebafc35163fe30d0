// A table as data: what its columns are called, what stands in its rows, what a click on one means. A widget draws it,
// a test reads it as text, a script's `say` prints it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "model/action.hpp"

namespace weft::viz {

struct table_column {
  std::string title;
  float width = 0;      // logical pixels to begin with; 0: a share of what the others leave
  bool number = false;  // stands right, in the type of fixed width
  bool sortable = false;
  std::string hint = {};  // while the mouse rests on the title
};

// How much a cell is to be noticed.
enum class tone : std::uint8_t { normal, dim, faint, chosen, severe };

struct table_cell {
  std::string text;
  tone ink = tone::normal;
};

// Whether rows belong under this one.
enum class folding : std::uint8_t { none, folded, unfolded };

struct table_row {
  std::vector<table_cell> cells;  // one a column
  std::optional<action> open;     // what a click means
  std::optional<action> toggle;   // of one that folds
  folding folds = folding::none;
  bool here = false;          // the cursor or the selection is this one
  std::uint8_t depth = 0;     // under how many others it stands
  std::uint8_t severity = 0;  // 1: the worst, 4; 0: it has none
  std::string hint = {};
  std::string below = {};  // a second line under the first cell
};

class table_rows {
 public:
  static constexpr std::size_t npos = static_cast<std::size_t>(-1);

  virtual ~table_rows() = default;
  virtual const std::vector<table_column>& columns() const = 0;
  virtual std::size_t count() const = 0;
  virtual table_row row(std::size_t i) const = 0;
  // Whether rows have something below their first cell.
  virtual bool has_two_lines() const { return false; }
  // The row to bring into view when it becomes another one; npos: none.
  virtual std::size_t current() const { return npos; }
  // In place of rows, where there are none: why.
  virtual std::string when_empty() const { return {}; }
};

// The cells with a tab between two, for the clipboard and for tests.
std::string text_of(const table_row& row);

}  // namespace weft::viz
