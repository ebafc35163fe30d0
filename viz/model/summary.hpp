// Numbers about one coroutine's whole life. A value: filled in by viz/analysis, shown by viz/view.
#pragma once

#include <cstdint>

#include "model/trace_model.hpp"

namespace weft::viz {

struct coroutine_summary {
  coroutine_index who = nobody;
  std::uint64_t runs = 0;
  std::int64_t run_ns = 0, ready_ns = 0, blocked_ns = 0;
  std::int64_t longest_run_ns = 0;
  // How long it stood ready before it ran; 0 if it never did.
  std::int64_t delay_p50_ns = 0, delay_p99_ns = 0, delay_max_ns = 0;
};

}  // namespace weft::viz
