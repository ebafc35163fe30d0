// The events of a history in order, with who runs at each, and which of them a dump_filter wants.
#pragma once

#include "trace/state/history.hpp"
#include "trace/text/trace_text.hpp"

namespace weft::diary {

class dump_selection {
 public:
  // Keeps references to both.
  dump_selection(const history& h, const dump_filter& filter, bool needs_running = false);

  // The next event, wanted or not. Between next and pass, the questions below are about it.
  bool next(event& e) { return walk_.next(e); }
  bool in_time(const event& e) const { return e.t_ns >= filter_.from_ns && e.t_ns <= filter_.to_ns; }
  bool is_selected(const event& e) const;
  // Id of who runs on the event's thread before it, 0: nobody. Only if needs_running was set.
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
