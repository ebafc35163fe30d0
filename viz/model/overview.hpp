// The whole trace in one strip: how busy each thread was, column by column.
#pragma once

#include <vector>

#include "model/trace_model.hpp"

namespace weft::viz {

struct overview_column {
  float busy = 0;         // 0..1: share of the time of all threads in which somebody ran
  bool long_run = false;  // somebody held a thread too long
};

// `columns` equal parts of the whole trace.
std::vector<overview_column> overview(const trace_model& trace, std::size_t columns);

}  // namespace weft::viz
