// How the states of many coroutines divide over time: for each column of pixels how many of them were in each state.
#pragma once

#include <array>
#include <vector>

#include "model/lane_layout.hpp"
#include "model/trace_model.hpp"

namespace weft::viz {

inline constexpr double area_column_px = 3;

// How many were in a state, on the average of the column's time; by span_kind.
using area_column = std::array<float, span_kind_count>;

// Columns of area_column_px that cover `width` pixels, of all coroutines of these lanes. Columns that the trace does
// not reach are empty. The cost grows with the coroutines and the columns, not with the events.
std::vector<area_column> group_area(const trace_model& trace, const lane_layout& lanes,
                                    const std::vector<std::uint32_t>& members, const time_scale& scale, double width);

}  // namespace weft::viz
