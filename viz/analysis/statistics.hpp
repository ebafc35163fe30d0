// Sums of a trace: run, ready and blocked times, run-queue delays and longest runs, by coroutine, by spawn site or by
// wait reason. Nothing else computes them: weft stat, diff and check, the window's table and its card of a coroutine
// show the same rows. The time in which the program was paused counts nowhere. No input or output.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "analysis/paused_times.hpp"
#include "model/statistics_row.hpp"
#include "trace/state/history.hpp"
#include "trace/state/scheduler_state.hpp"

namespace weft::viz {

// The engine, for use in any pass over the events: gets each event with the state before and after it.
class statistics_collector {
 public:
  explicit statistics_collector(grouping by) : by_(by) {}

  void before(const diary::event& e, const diary::scheduler_state& state);
  void after(const diary::event& e, const diary::scheduler_state& state);
  // `end`: the state after the last event; open times are counted up to there. `names` must know all coroutines by
  // then.
  std::vector<statistics_row> finish(const diary::scheduler_state& end, const diary::history& names);
  diary::history::totals_record totals(const diary::scheduler_state& end, const diary::history& names) const;

 private:
  // The coroutine that runs on a thread, or ran there last.
  struct run_on_thread {
    std::uint64_t id = 0;       // 0: none
    std::uint64_t last_id = 0;  // the last coroutine that ran
    bool yielded = false;       // the last one yielded: if it is resumed at once, its run goes on
    diary::wait_reason reason = diary::wait_reason::none;  // the wait before the run
    std::uint64_t key = 0;                                 // key of its row
    std::uint32_t thread = 0;
    std::int64_t run_since_ns = 0;
    std::int64_t since_ns = 0;  // start of its latest stretch: a stay at the root separates stretches
    std::uint64_t since_event = 0;
  };

  std::uint64_t key_of(const diary::coroutine_state& c, diary::wait_reason reason) const;
  statistics_row& row(std::uint64_t key) { return rows_[key]; }
  void begin_run(run_on_thread& run, const diary::coroutine_state& now, const diary::event& e);
  void end_run(run_on_thread& run, std::int64_t t_ns);
  void add_life(const diary::coroutine_state& c, std::int64_t end_ns);
  // The state of the coroutine ends at that time: takes out what of it was a pause.
  void take_out_pauses(const diary::coroutine_state* c, std::int64_t t_ns);

  grouping by_;
  paused_times paused_;
  std::unordered_map<std::uint64_t, statistics_row> rows_;           // by coroutine id, site, reason or 0
  std::unordered_map<std::uint64_t, diary::wait_reason> last_wait_;  // by coroutine id; only for grouping by reason
  std::vector<run_on_thread> runs_;                                  // by thread
  std::uint64_t finished_ = 0;
  // About the event at hand.
  std::optional<std::int64_t> delay_ns_;  // the time that the next coroutine was in the ready queue
  std::uint64_t runs_before_ = 0;         // of the next coroutine
};

// Makes a pass of its own over a whole trace.
std::vector<statistics_row> compute_statistics(const diary::history& trace, grouping by);

}  // namespace weft::viz
