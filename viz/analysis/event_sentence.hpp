// One sentence about an event: what it did, what follows from that, and who runs after it. Says only what the diary
// says: the exact states before and after the event, and for a late timer the runs before it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "model/trace_model.hpp"
#include "trace/state/history.hpp"

namespace weft::viz {

// What a piece of a sentence leads to.
enum class sentence_link : std::uint8_t { none, coroutine, event, time, object };

struct sentence_piece {
  std::string text;
  sentence_link link = sentence_link::none;
  std::uint64_t id = 0;   // of the coroutine, the event or the object
  std::int64_t t_ns = 0;  // of a time
  friend bool operator==(const sentence_piece&, const sentence_piece&) = default;
};

struct event_sentence {
  std::vector<sentence_piece> pieces;
  std::string text() const;
};

// For an event that the trace does not have, the sentence says that.
event_sentence event_sentence_of(const diary::history& trace, std::uint64_t event);
// The same; of a huge trace it needs only the part around the event.
event_sentence event_sentence_of(const trace_model& trace, std::uint64_t event);

}  // namespace weft::viz
