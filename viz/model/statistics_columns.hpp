// The columns of statistics: one table for weft stat's text and JSON and for the window. A new column is one row here
// and appears everywhere.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "model/statistics_row.hpp"

namespace weft::viz {

struct statistics_column {
  enum class kind : std::uint8_t {
    number,
    duration,  // nanoseconds
    event,     // the number of an event
  };

  std::string_view title;  // in the text table and in the window
  std::string_view key;    // in JSON; "delay.p50_ns" is p50_ns inside of delay
  kind what;
  std::int64_t (*value)(const statistics_row& r);
  bool in_text, in_window;  // JSON has all columns
  // The column exists only with this grouping; `whole`: always.
  grouping only = grouping::whole;

  bool is_of(grouping by) const { return only == grouping::whole || only == by; }
};

// In the order in which they are shown.
std::span<const statistics_column> statistics_columns();

}  // namespace weft::viz
