// What the window shows, as text. Uses the functions that draw it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "model/viewer_model.hpp"
#include "panels/table_rows.hpp"
#include "view/window_layout.hpp"

namespace weft::viz {

struct window_words {
  struct coroutine {
    std::uint64_t id = 0;
    std::string name;
  };

  // Nothing without a trace that has events.
  std::optional<std::uint64_t> event;  // at the cursor
  std::optional<std::int64_t> t_ns;    // the cursor's time
  std::optional<time_range> seen;      // the times in view
  std::optional<coroutine> selected;
  std::vector<std::string> lanes;  // names in view, from the top
  std::string sentence;            // what the event did
  std::string why;  // why the selected coroutine does not run, as weft why prints it; "": none is selected
  std::string tab;  // the open one
  std::size_t findings = 0;
  std::vector<std::string> rows;  // of the open tab; a tab character separates the cells
  std::string note;               // the last hint
};

// `rows`: what the open tab shows; of more than most_said_rows those around the current one.
window_words words_of(const viewer_model& model, const window_layout& layout, const table_rows* rows);
inline constexpr std::size_t most_said_rows = 1000;

}  // namespace weft::viz
