#include "panels/finding_rows.hpp"

namespace weft::viz {

table_row finding_rows::row(std::size_t i) const {
  const finding& f = model_.findings[i];
  table_row row;
  row.cells = {{f.title}, {instant_text(f.when.begin_ns), tone::faint}};
  row.open = act::show_finding{i};
  row.severity = entry_of(f.kind).how_bad == finding_severity::severe ? 1 : 3;
  row.below = f.detail;
  return row;
}

std::string finding_rows::when_empty() const {
  switch (model_.analysed) {
    case viewer_model::analysis_state::going_on:
      return "Still looking: the whole trace is read for that.";
    case viewer_model::analysis_state::left_out:
      return "Not looked for in a picture of so many events: weft check lists them.";
    case viewer_model::analysis_state::done:
      break;
  }
  return model_.live ? "Nothing found so far: nobody held a thread for 10 ms or more."
                     : "Nothing found: nobody held a thread for 10 ms or more, nobody is left blocked at the end.";
}

}  // namespace weft::viz
