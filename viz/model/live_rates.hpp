// How a program that is watched does right now: what happened in each tenth of a second, and in the last whole second.
// Fed with the events as they come. Only counts; knows no pixels.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <vector>

#include "model/trace_model.hpp"

namespace weft::viz {

class live_rates {
 public:
  static constexpr std::int64_t bin_ns = 100'000'000;
  static constexpr std::size_t bins_kept = 100;
  static constexpr std::size_t bins_of_a_second = 10;

  struct bin {
    std::int64_t begin_ns = 0;
    std::uint64_t switches = 0, spawned = 0, ended = 0;
    std::uint64_t deepest_ready = 0;        // coroutines in a ready queue at once
    std::uint64_t live = 0;                 // at its end
    std::uint64_t holds = 0;                // runs that were too long and ended here
    std::int64_t run_ns = 0;                // of all threads
    std::vector<std::int64_t> delays = {};  // from ready to running; of very many a sample
    std::uint64_t delays_seen = 0;
  };
  struct second {
    std::uint64_t switches = 0, spawned = 0, ended = 0, deepest_ready = 0, live = 0, holds = 0;
    std::int64_t delay_p50_ns = 0, delay_p99_ns = 0;
    double busy = 0;  // 0..1, of the threads
  };

  // Forgets all; events count from `first` on.
  void restart(const trace_model& trace, std::uint64_t first);
  // Takes in what the trace has got since.
  void take_in(const trace_model& trace);

  // By time, without gaps; the last one still grows.
  const std::deque<bin>& bins() const { return bins_; }
  // The last second that is over.
  second last_second() const;
  // 99 of 100 delays of a bin were not longer.
  static std::int64_t p99_ns(const bin& b);

 private:
  void take(const diary::event& e, std::int64_t long_run_ns);
  bin& bin_at(std::int64_t t_ns);
  void end_run(std::uint32_t thread, std::int64_t t_ns, std::int64_t long_run_ns);

  diary::scheduler_state state_;
  std::deque<bin> bins_;
  std::vector<std::int64_t> running_since_;  // by thread; below 0: nobody runs
};

}  // namespace weft::viz
