#include "model/stepping.hpp"

#include <algorithm>
#include <climits>

namespace weft::viz {
namespace {

// In a huge trace, how many parts are searched for an event that may not exist.
constexpr int most_parts = 64;

// Returns the next change within the part. A state from before the part has no event to step to.
std::optional<std::uint64_t> next_change(const trace_part& part, const track& states, std::uint64_t from, direction d) {
  const std::uint64_t begin = part.begin_event();
  const std::uint64_t behind = d == direction::forth ? std::max(from + 1, begin) : std::min(from, part.end_event());
  const std::size_t at = behind == 0 ? track::npos : states.find_event(behind - 1);
  if (d == direction::forth) {
    const std::size_t next = at == track::npos ? 0 : at + 1;
    return next < states.size() ? std::optional<std::uint64_t>(states[next].event) : std::nullopt;
  }
  return at != track::npos && states[at].event >= begin ? std::optional<std::uint64_t>(states[at].event) : std::nullopt;
}

// Calls `find` for the part around `from`, then for the next parts in that direction until it finds something; a short
// trace has only one part. `who`: only parts in which the coroutine changes its state.
template <class Find>
auto search(const trace_model& trace, std::uint64_t from, direction d, coroutine_index who, Find find)
    -> decltype(find(trace.around(from))) {
  std::uint64_t at = from;
  for (int parts = who == nobody ? INT_MAX : most_parts; parts > 0 && at < trace.event_count(); --parts) {
    const trace_part& part = trace.around(at);
    if (auto found = find(part)) return found;
    if (d == direction::forth ? part.end_event() >= trace.event_count() : part.begin_event() == 0) break;
    at = d == direction::forth ? part.end_event() : part.begin_event() - 1;
    if (who != nobody) at = trace.look_on(who, at, d == direction::forth);
  }
  return {};
}

std::optional<std::uint64_t> nearer(std::optional<std::uint64_t> a, std::optional<std::uint64_t> b, direction d) {
  if (!a || !b) return a ? a : b;
  return d == direction::forth ? std::min(*a, *b) : std::max(*a, *b);
}

// Returns the next event of `thread` in (from, limit), or the last one in (limit, from).
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

bool is_shown(diary::event_type type) {
  using t = diary::event_type;
  switch (type) {
    case t::string:
    case t::site:
    case t::object:
    case t::generation:
    case t::shuffle_seed:
    case t::process:
    case t::stack_mark:
      return false;
    default:
      return type < t::checkpoint_begin || type > t::checkpoint_part;
  }
}

std::optional<std::uint64_t> next_shown_event(const trace_model& trace, std::uint64_t from, direction d) {
  std::optional<std::uint64_t> found;
  if (d == direction::forth) {
    if (from >= trace.event_count()) return found;
    trace.events().for_each(from + 1, trace.event_count(), [&](const diary::event& e) {
      if (is_shown(e.type)) found = e.n;
      return !found;
    });
    return found;
  }
  // Events can only be read forwards, so the search goes back by stretches, each twice as long as the one after it.
  std::uint64_t end = std::min(from, trace.event_count());
  for (std::uint64_t length = 32; end > 0 && !found; length *= 2) {
    const std::uint64_t begin = end - std::min(end, length);
    trace.events().for_each(begin, end, [&](const diary::event& e) {
      if (is_shown(e.type)) found = e.n;
      return true;
    });
    end = begin;
  }
  return found;
}

std::optional<std::uint64_t> next_switch(const trace_model& trace, std::uint64_t from, direction d) {
  return search(trace, from, d, nobody, [&](const trace_part& part) {
    std::optional<std::uint64_t> best;
    for (const thread_track& thread : part.threads()) best = nearer(best, next_change(part, thread.runs, from, d), d);
    return best;
  });
}

std::optional<std::uint64_t> next_span(const trace_model& trace, coroutine_index c, std::uint64_t from, direction d) {
  return search(trace, from, d, c, [&](const trace_part& part) {
    const coroutine_track* who = part.find(c);
    return who != nullptr ? next_change(part, who->states, from, d) : std::nullopt;
  });
}

std::optional<std::uint64_t> next_of_coroutine(const trace_model& trace, coroutine_index c, std::uint64_t from,
                                               direction d) {
  const std::optional<std::uint64_t> change = next_span(trace, c, from, d);
  if (d == direction::back && !change) return change;
  // Events that the coroutine caused itself are within the run that the step would leave or skip.
  const std::uint64_t run = d == direction::forth ? from : *change;
  const coroutine_track* who = trace.around(run).find(c);
  const std::size_t at = who != nullptr ? who->states.find_event(run) : track::npos;
  if (at == track::npos || who->states[at].kind() != span_kind::running) return change;
  const std::uint64_t limit = change.value_or(trace.event_count());
  return nearer(change, next_on_thread(trace, who->thread, from, limit, d), d);
}

const wake* next_wake(const trace_model& trace, coroutine_index c, std::uint64_t from, direction d) {
  return search(trace, from, d, c, [&](const trace_part& part) -> const wake* {
    const auto all = part.wakes();
    if (d == direction::back) {
      const coroutine_track* who = part.find(c);
      if (who == nullptr) return nullptr;
      const auto later = std::partition_point(who->wakes.begin(), who->wakes.end(),
                                              [&](std::uint32_t i) { return all[i].event <= from; });
      return later == who->wakes.begin() ? nullptr : &all[*(later - 1)];
    }
    for (std::size_t i = part.first_wake_from(from); i < all.size(); ++i) {
      if (all[i].waker == c && all[i].event >= from) return &all[i];
    }
    return nullptr;
  });
}

std::optional<transition> run_after(const trace_part& part, const wake& w) {
  const coroutine_track* woken = part.find(w.target);
  if (woken == nullptr) return std::nullopt;
  const track& states = woken->states;
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
