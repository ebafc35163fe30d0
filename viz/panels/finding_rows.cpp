#include "panels/finding_rows.hpp"

namespace weft::viz {

finding_rows::finding_rows(const viewer_model& model) : model_(model) {
  // What the first picture shows is chosen, too, but nobody has clicked on it: the other findings stay in sight.
  if (!model.lit || !model.chosen || model.chosen->group >= model.finding_groups.size()) return;
  const std::size_t instances = model.finding_groups[model.chosen->group].instances.size();
  if (instances > 1) unfolded_ = instances;
}

table_row finding_rows::row(std::size_t i) const {
  const std::size_t first = model_.chosen ? model_.chosen->group + 1 : 0;
  if (unfolded_ == 0 || i < first) return row_of_group(i);
  return i < first + unfolded_ ? row_of_instance(i - first) : row_of_group(i - unfolded_);
}

std::size_t finding_rows::current() const {
  if (!model_.chosen) return npos;
  const std::size_t instance = model_.chosen->instance;
  return model_.chosen->group + (instance < unfolded_ ? instance + 1 : 0);
}

table_row finding_rows::row_of_group(std::size_t group) const {
  const finding_group& g = model_.finding_groups[group];
  table_row row;
  row.cells = {{g.title + (g.is_new ? " · new" : "")},
               {g.count > 1 ? std::to_string(g.count) : "", tone::dim},
               {g.sum_ns > 0 ? duration_text(g.sum_ns) : "", tone::dim},
               {g.sum_ns > 0 ? share_text(g.share) : "", tone::dim},
               {instant_text(g.worst.when.begin_ns), tone::faint}};
  row.open = act::show_finding{group};
  row.severity = static_cast<std::uint8_t>(g.severity);
  row.below = g.count > 1 ? "The worst: " + g.worst.title + ". " + g.worst.detail : g.worst.detail;
  const bool is_chosen = model_.chosen && model_.chosen->group == group;
  if (g.instances.size() > 1) row.folds = is_chosen && unfolded_ > 0 ? folding::unfolded : folding::folded;
  row.here = is_chosen && model_.chosen->instance >= g.instances.size();
  return row;
}

table_row finding_rows::row_of_instance(std::size_t instance) const {
  const finding& f = model_.finding_groups[model_.chosen->group].instances[instance];
  table_row row;
  row.cells = {{f.title},
               {""},
               {f.lasted_ns > 0 ? duration_text(f.lasted_ns) : "", tone::dim},
               {""},
               {instant_text(f.when.begin_ns), tone::faint}};
  row.open = act::show_finding{model_.chosen->group, instance};
  row.depth = 1;
  row.below = f.detail;
  row.here = model_.chosen->instance == instance;
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
