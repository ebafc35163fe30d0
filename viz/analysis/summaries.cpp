#include "analysis/summaries.hpp"

#include <algorithm>

#include "analysis/detector.hpp"

namespace weft::viz {
namespace {

// The smallest value that `per_cent` of all do not exceed. Reorders `values`, which must not be empty.
std::int64_t percentile(std::vector<std::int64_t>& values, std::size_t per_cent) {
  const std::size_t rank = std::max<std::size_t>(1, (values.size() * per_cent + 99) / 100);
  const auto nth = values.begin() + static_cast<std::ptrdiff_t>(rank - 1);
  std::nth_element(values.begin(), nth, values.end());
  return *nth;
}

}  // namespace

coroutine_summary summarise(const trace_model& trace, coroutine_index who) {
  coroutine_summary result;
  result.who = who;
  result.runs = trace.record(who).runs;
  const coroutine_track* const known = trace.track_of(who);
  if (known == nullptr) return result;
  const track& states = known->states;
  std::vector<std::int64_t> delays;
  for (std::size_t i = 0; i < states.size(); ++i) {
    const std::int64_t length = states.span(i, trace.end_ns()).length_ns();
    switch (states[i].kind()) {
      case span_kind::running:
        result.run_ns += length;
        result.longest_run_ns = std::max(result.longest_run_ns, length);
        break;
      case span_kind::ready:
        result.ready_ns += length;
        if (i + 1 < states.size()) delays.push_back(length);  // the last one has not run yet
        break;
      case span_kind::nothing:
        break;
      case span_kind::io:
      case span_kind::other:
      case span_kind::sleeping:
        result.blocked_ns += length;
        break;
    }
  }
  if (!delays.empty()) {
    result.delay_p50_ns = percentile(delays, 50);
    result.delay_p99_ns = percentile(delays, 99);
    result.delay_max_ns = *std::max_element(delays.begin(), delays.end());
  }
  return result;
}

std::vector<coroutine_summary> summarise_all(const trace_model& trace) {
  std::vector<coroutine_summary> all;
  all.reserve(trace.coroutine_count());
  for (coroutine_index c = 0; c < trace.coroutine_count(); ++c) all.push_back(summarise(trace, c));
  std::stable_sort(all.begin(), all.end(),
                   [](const coroutine_summary& a, const coroutine_summary& b) { return a.run_ns > b.run_ns; });
  return all;
}

void summary_collector::before(const diary::event& e, const diary::scheduler_state& state) {
  if (!is_switch(e.type)) return;
  if (const diary::coroutine_state* ran = running_on(state, e.thread)) end_run(ran->id, e.t_ns - ran->since_ns);
  const diary::coroutine_state* next = state.by_slot(e.args[0]);
  if (next != nullptr && next->status == diary::coroutine_status::ready)
    of(next->id).delays.add(e.t_ns - next->since_ns);
}

void summary_collector::end_run(std::uint64_t id, std::int64_t length_ns) {
  coroutine_summary& what = of(id).what;
  what.longest_run_ns = std::max(what.longest_run_ns, length_ns);
}

void summary_collector::after(const diary::event& e, const diary::scheduler_state& state) {
  const diary::coroutine_state* ended = e.type == diary::event_type::finish ? state.just_ended() : nullptr;
  if (ended == nullptr) return;
  ++finished_;
  coroutine_summary& what = of(ended->id).what;
  what.runs = ended->runs;
  what.run_ns = ended->run_ns;
  what.ready_ns = ended->ready_ns;
  what.blocked_ns = ended->blocked_ns;
}

std::vector<coroutine_summary> summary_collector::finish(const diary::scheduler_state& end,
                                                         const diary::history& names) {
  for (const diary::coroutine_state* c : end.coroutines()) {
    coroutine_summary& what = of(c->id).what;
    const std::int64_t open_ns = std::max<std::int64_t>(0, end.now_ns() - c->since_ns);
    what.runs = c->runs;
    what.run_ns = c->run_ns;
    what.ready_ns = c->ready_ns;
    what.blocked_ns = c->blocked_ns;
    if (c->status == diary::coroutine_status::running) {
      what.run_ns += open_ns;
      what.longest_run_ns = std::max(what.longest_run_ns, open_ns);
    }
    (c->status == diary::coroutine_status::ready ? what.ready_ns : what.blocked_ns) +=
        c->status == diary::coroutine_status::running ? 0 : open_ns;
  }
  std::vector<coroutine_summary> all;
  for (auto& [id, s] : by_id_) {
    const std::size_t place = names.place_of(id);
    if (place == diary::history::npos) continue;
    s.what.who = static_cast<coroutine_index>(place);
    s.what.delay_p50_ns = s.delays.percentile_ns(50);
    s.what.delay_p99_ns = s.delays.percentile_ns(99);
    s.what.delay_max_ns = s.delays.max_ns();
    all.push_back(s.what);
  }
  std::sort(all.begin(), all.end(), [](const coroutine_summary& a, const coroutine_summary& b) {
    return a.run_ns != b.run_ns ? a.run_ns > b.run_ns : a.who < b.who;
  });
  return all;
}

diary::history::totals_record summary_collector::totals(const diary::scheduler_state& end,
                                                        const diary::history& names) const {
  diary::history::totals_record sum;
  sum.coroutines = names.lives().size();
  sum.finished = finished_;
  for (const diary::thread_state& t : end.threads()) {
    const bool goes_on = t.has_events && !t.stopped;
    const std::int64_t open_ns = goes_on ? std::max<std::int64_t>(0, end.now_ns() - t.since_ns) : 0;
    sum.switches += t.switches;
    sum.polls += t.polls;
    sum.run_ns += t.run_ns + (t.running_slot != 0 ? open_ns : 0);
    sum.idle_ns += t.idle_ns + (t.running_slot == 0 ? open_ns : 0);
  }
  return sum;
}

}  // namespace weft::viz
