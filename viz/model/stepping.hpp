// Where the cursor goes when it steps: pure functions of the trace, in both directions.
#pragma once

#include <cstdint>
#include <optional>

#include "model/trace_model.hpp"

namespace weft::viz {

// The one cursor of the window: after an event, at a time not before that event and before the next one.
struct cursor {
  std::uint64_t event = 0;
  std::int64_t t_ns = 0;
  friend bool operator==(const cursor&, const cursor&) = default;
};

enum class direction { back, forth };

// All functions return nothing if there is no such event in that direction.
std::optional<std::uint64_t> next_event(const trace_model& trace, std::uint64_t from, direction d);
// The next event that the screen shows: leaves out names, checkpoints and other notes of the recorder for its readers.
std::optional<std::uint64_t> next_shown_event(const trace_model& trace, std::uint64_t from, direction d);
bool is_shown(diary::event_type type);
// The next event at which another coroutine, or none, starts to run on some thread.
std::optional<std::uint64_t> next_switch(const trace_model& trace, std::uint64_t from, direction d);
// The next event that changes the coroutine's state or that it caused itself while running.
std::optional<std::uint64_t> next_of_coroutine(const trace_model& trace, coroutine_index c, std::uint64_t from,
                                               direction d);
// The next change of the coroutine's state: the next span of its lane.
std::optional<std::uint64_t> next_span(const trace_model& trace, coroutine_index c, std::uint64_t from, direction d);
// Back: the last wake of the coroutine. Forth: the next wake that it causes. For a huge trace it is also null if the
// nearest parts contain none, and is valid until another part is requested.
const wake* next_wake(const trace_model& trace, coroutine_index c, std::uint64_t from, direction d);
// When the woken coroutine next runs; nothing if the part ends before.
std::optional<transition> run_after(const trace_part& part, const wake& w);

cursor cursor_at_event(const trace_model& trace, std::uint64_t n);
// At a time within the trace; clamped.
cursor cursor_at_time(const trace_model& trace, std::int64_t t_ns);

}  // namespace weft::viz
