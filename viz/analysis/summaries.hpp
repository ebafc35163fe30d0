// Sums and run-queue delays per coroutine: from the tracks of a short trace, or in a pass over the events.
#pragma once

#include <unordered_map>
#include <vector>

#include "analysis/distribution.hpp"
#include "model/summary.hpp"
#include "trace/scheduler_state.hpp"

namespace weft::viz {

coroutine_summary summarise(const trace_model& trace, coroutine_index who);
// All of them, longest running time first; equal ones in spawn order.
std::vector<coroutine_summary> summarise_all(const trace_model& trace);

// The same in a pass that goes over the events anyway, and is told each with the state before and after it. Delays are
// as exact as a distribution.
class summary_collector {
 public:
  void before(const diary::event& e, const diary::scheduler_state& state);
  void after(const diary::event& e, const diary::scheduler_state& state);
  std::vector<coroutine_summary> finish(const diary::scheduler_state& end, const diary::history& names);
  diary::history::totals_record totals(const diary::scheduler_state& end, const diary::history& names) const;

 private:
  struct sums {
    coroutine_summary what;
    distribution delays;
  };
  void end_run(std::uint64_t id, std::int64_t length_ns);
  sums& of(std::uint64_t id) { return by_id_[id]; }

  std::unordered_map<std::uint64_t, sums> by_id_;
  std::uint64_t finished_ = 0;
};

}  // namespace weft::viz
