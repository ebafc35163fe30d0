// The window's numbers of each coroutine: rows of statistics.hpp, in the window's order and with its indices.
#pragma once

#include <vector>

#include "analysis/statistics.hpp"
#include "model/statistics_row.hpp"

namespace weft::viz {

// Makes rows by coroutine; longest running time first, equal times in spawn order.
std::vector<coroutine_summary> summaries_of(const std::vector<statistics_row>& rows, const diary::history& names);

// Summaries of all coroutines of a trace.
std::vector<coroutine_summary> summarise_all(const trace_model& trace);
// The summary of one coroutine; as slow as summarise_all().
coroutine_summary summarise(const trace_model& trace, coroutine_index who);

}  // namespace weft::viz
