// The events of a history in order, with the running coroutine at each, and the events that a dump_filter selects.
#pragma once

#include "trace/state/history.hpp"
#include "trace/text/trace_text.hpp"

namespace weft::diary {

class dump_selection {
 public:
  // Keeps references to `h` and `filter`.
  dump_selection(const history& h, const dump_filter& filter, bool needs_running = false);

  // The next event, selected or not. Call pass() after each next(); the functions below answer about the event in
  // between.
  bool next(event& e) { return walk_.next(e); }
  bool in_time(const event& e) const { return e.t_ns >= filter_.from_ns && e.t_ns <= filter_.to_ns; }
  bool is_selected(const event& e) const;
  // Id of the coroutine that runs on the event's thread before the event, 0: none. Only if needs_running was set.
  std::uint64_t running(const event& e) const;
  void pass(const event& e);

 private:
  const history& history_;
  const dump_filter& filter_;
  bool needs_running_;
  scheduler_state state_;
  event_walk walk_;
};

}  // namespace weft::diary
