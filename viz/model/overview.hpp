// The whole trace in one strip: how busy the threads were, column by column.
#pragma once

#include <vector>

#include "model/trace_model.hpp"

namespace weft::viz {

struct overview_column {
  float busy = 0;         // 0..1: running time as a share of the time of all threads
  bool long_run = false;  // some run was too long
};

// Divides the whole trace into `columns` equal stretches.
std::vector<overview_column> overview(const trace_model& trace, std::size_t columns);

}  // namespace weft::viz
