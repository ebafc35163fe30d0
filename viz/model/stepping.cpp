#include "model/stepping.hpp"

#include <algorithm>

namespace weft::viz {
namespace {

std::optional<std::uint64_t> next_change(const track& states, std::uint64_t from, direction d) {
  const std::size_t at = states.find_event(from);
  if (d == direction::forth) {
    const std::size_t next = at == track::npos ? 0 : at + 1;
    return next < states.size() ? std::optional<std::uint64_t>(states[next].event) : std::nullopt;
  }
  if (at == track::npos) return std::nullopt;
  if (states[at].event < from) return states[at].event;
  return at > 0 ? std::optional<std::uint64_t>(states[at - 1].event) : std::nullopt;
}

std::optional<std::uint64_t> nearer(std::optional<std::uint64_t> a, std::optional<std::uint64_t> b, direction d) {
  if (!a || !b) return a ? a : b;
  return d == direction::forth ? std::min(*a, *b) : std::max(*a, *b);
}

// The next event of `thread` in (from, limit), or the last one in (limit, from).
std::optional<std::uint64_t> next_on_thread(const trace_model& trace, std::uint32_t thread, std::uint64_t from,
                                            std::uint64_t limit, direction d) {
  std::optional<std::uint64_t> found;
  const bool forth = d == direction::forth;
  trace.events().for_each(forth ? from + 1 : limit + 1, forth ? limit : from, [&](const diary::event& e) {
    if (e.thread != thread) return true;
    found = e.n;
    return !forth;
  });
  return found;
}

}  // namespace

std::optional<std::uint64_t> next_event(const trace_model& trace, std::uint64_t from, direction d) {
  if (d == direction::back) return from > 0 ? std::optional(from - 1) : std::nullopt;
  return from + 1 < trace.event_count() ? std::optional(from + 1) : std::nullopt;
}

std::optional<std::uint64_t> next_switch(const trace_model& trace, std::uint64_t from, direction d) {
  std::optional<std::uint64_t> best;
  for (const thread_track& thread : trace.threads()) best = nearer(best, next_change(thread.runs, from, d), d);
  return best;
}

std::optional<std::uint64_t> next_span(const trace_model& trace, coroutine_index c, std::uint64_t from, direction d) {
  return next_change(trace.coroutines()[c].states, from, d);
}

std::optional<std::uint64_t> next_of_coroutine(const trace_model& trace, coroutine_index c, std::uint64_t from,
                                               direction d) {
  const coroutine_track& who = trace.coroutines()[c];
  const std::optional<std::uint64_t> change = next_span(trace, c, from, d);
  // What it did itself lies within the run that the step would leave or jump over.
  if (d == direction::forth) {
    const std::size_t now = who.states.find_event(from);
    if (now == track::npos || who.states[now].kind() != span_kind::running) return change;
    return nearer(change, next_on_thread(trace, who.thread, from, change.value_or(trace.event_count()), d), d);
  }
  if (!change) return change;
  const std::size_t before = who.states.find_event(*change);
  if (who.states[before].kind() != span_kind::running) return change;
  return nearer(change, next_on_thread(trace, who.thread, from, *change, d), d);
}

const wake* next_wake(const trace_model& trace, coroutine_index c, std::uint64_t from, direction d) {
  if (d == direction::back) {
    const std::vector<std::uint32_t>& own = trace.coroutines()[c].wakes;
    const auto later =
        std::partition_point(own.begin(), own.end(), [&](std::uint32_t i) { return trace.wakes()[i].event <= from; });
    return later == own.begin() ? nullptr : &trace.wakes()[*(later - 1)];
  }
  const auto all = trace.wakes();
  for (std::size_t i = trace.first_wake_from(from); i < all.size(); ++i) {
    if (all[i].waker == c && all[i].event >= from) return &all[i];
  }
  return nullptr;
}

std::optional<transition> run_after(const trace_model& trace, const wake& w) {
  const track& states = trace.coroutines()[w.target].states;
  std::size_t i = states.find_event(w.event);
  while (i != track::npos && i < states.size() && states[i].kind() != span_kind::running) {
    if (diary::ended(states[i].status())) return std::nullopt;
    ++i;
  }
  return i != track::npos && i < states.size() ? std::optional(states[i]) : std::nullopt;
}

cursor cursor_at_event(const trace_model& trace, std::uint64_t n) {
  if (trace.event_count() == 0) return {};
  const std::uint64_t event = std::min(n, trace.event_count() - 1);
  return {event, trace.events().at(event).t_ns};
}

cursor cursor_at_time(const trace_model& trace, std::int64_t t_ns) {
  if (trace.event_count() == 0) return {};
  const std::int64_t t = std::clamp(t_ns, trace.begin_ns(), trace.end_ns());
  return {trace.events().find_time(t), t};
}

}  // namespace weft::viz
