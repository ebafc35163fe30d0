// Sums and run-queue delays per coroutine, from the tracks.
#pragma once

#include <vector>

#include "model/summary.hpp"

namespace weft::viz {

coroutine_summary summarise(const trace_model& trace, coroutine_index who);
// All of them, longest running time first; equal ones in spawn order.
std::vector<coroutine_summary> summarise_all(const trace_model& trace);

}  // namespace weft::viz
