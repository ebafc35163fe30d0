// A sentence with links in it. A value: viz/analysis makes it, viz/view shows it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

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

}  // namespace weft::viz
