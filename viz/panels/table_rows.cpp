#include "panels/table_rows.hpp"

namespace weft::viz {

std::string text_of(const table_row& row) {
  std::string line(std::size_t{2} * row.depth, ' ');
  for (std::size_t i = 0; i < row.cells.size(); ++i) {
    if (i > 0) line += '\t';
    line += row.cells[i].text;
  }
  if (!row.below.empty()) line += '\t' + row.below;
  return line;
}

}  // namespace weft::viz
