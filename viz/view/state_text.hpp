// States and events as text; every panel uses the same words.
#pragma once

#include <string>

#include "model/trace_model.hpp"

namespace weft::viz {

// The reason as a person would write it: "queue get".
std::string words_of(diary::wait_reason reason);
// What a blocked coroutine waits for: "queue “orders”", "fd 5 readable", "sleep".
std::string wait_text(const trace_model& trace, const diary::coroutine_state& c);
// "running", "ready", "waits: queue “orders”", "sleeps", "done".
std::string state_text(const trace_model& trace, const diary::scheduler_state& state, coroutine_index c,
                       std::uint64_t at_event);
// What a state means and what usually causes it, in one sentence.
const char* explanation(span_kind kind);

// An event in a table: coroutine, name of the event, arguments as text.
struct event_words {
  std::string who, what, details;
};
event_words describe(const trace_model& trace, const diary::event& e);

}  // namespace weft::viz
