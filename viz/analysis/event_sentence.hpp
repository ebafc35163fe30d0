// One sentence about an event: what it did, what follows from that, and who runs after it. Says only what the diary
// says: the exact states before and after the event, and for a late timer the runs before it.
#pragma once

#include <cstdint>

#include "model/sentence.hpp"
#include "model/trace_model.hpp"
#include "trace/state/history.hpp"

namespace weft::viz {

// For an event that the trace does not have, the sentence says that.
event_sentence event_sentence_of(const diary::history& trace, std::uint64_t event);
// The same; of a huge trace it needs only the part around the event.
event_sentence event_sentence_of(const trace_model& trace, std::uint64_t event);

}  // namespace weft::viz
