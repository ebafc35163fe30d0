// Decodes whole chunks to find their valid bytes when a file is opened, on all processors.
#pragma once

#include <cstdint>
#include <functional>

#include "trace/file/event_decoder.hpp"

namespace weft::diary {

// The events of a chunk from its start to the first event that cannot be decoded, or to the end.
struct decoded_chunk {
  std::uint32_t bytes = 0;
  std::uint64_t count = 0;
  std::uint64_t ticks = 0;  // after the last event; base_ticks if there is none
  std::int64_t max_ns = INT64_MIN;
  std::uint64_t lost = 0;  // sum of the counts of its `loss` events
};

// Decodes events in [begin, begin + size); continues after `from`.
decoded_chunk decode_chunk(const std::uint8_t* begin, std::size_t size, const shape_table& shapes,
                           const tick_scale& scale, decoded_chunk from);

// Calls f(i) for each i below `count`, on several threads if that is worth the cost. f must not throw, and must allow
// simultaneous calls for different i.
void for_all(std::size_t count, const std::function<void(std::size_t)>& f);

}  // namespace weft::diary
