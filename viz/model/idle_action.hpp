// Finds out that an action changed nothing, and says why.
#pragma once

#include <optional>
#include <string>

#include "model/viewer_model.hpp"

namespace weft::viz {

// What an action of the user may change in the model.
struct model_position {
  std::uint64_t event = 0;
  std::int64_t t_ns = 0;
  view_position view;
  std::optional<coroutine_index> selected;
  std::optional<time_range> measured;
  tab open_tab = tab::events;
  bool playing = false, following = false, keys_shown = false;
  double speed = 0;
  float interface_scale = 0;
  friend bool operator==(const model_position&, const model_position&) = default;
};
model_position position_of(const viewer_model& model);

// Why the action changed nothing: one sentence; "" for actions that always change something or are not the model's.
std::string why_nothing(const viewer_model& model, const action& a);

}  // namespace weft::viz
