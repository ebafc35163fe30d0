// Copies a chunk that its thread may be writing to at this moment.
#pragma once

#include <algorithm>
#include <cstring>

#include "trace/words/format.hpp"

namespace weft::record {

// Copies the committed bytes of `chunk` to `out`, which has room for a whole chunk; zeroes the rest. False if the chunk
// has not been started yet.
inline bool copy_chunk(const std::uint8_t* chunk, std::uint8_t* out) noexcept {
  const auto* from = reinterpret_cast<const diary::chunk_header*>(chunk);
  if (__atomic_load_n(&from->magic, __ATOMIC_ACQUIRE) != diary::chunk_magic) return false;
  // Read the flags before the committed count: a sealed chunk is committed to its end.
  const std::uint32_t flags = __atomic_load_n(&from->flags, __ATOMIC_ACQUIRE);
  const std::uint32_t checkpoint = __atomic_load_n(&from->checkpoint, __ATOMIC_ACQUIRE);
  const std::uint32_t committed = __atomic_load_n(&from->committed, __ATOMIC_ACQUIRE);
  diary::chunk_header header{};
  header.magic = diary::chunk_magic;
  header.thread = from->thread;
  header.committed = std::min<std::uint32_t>(committed, diary::chunk_payload_bytes);
  header.flags = flags;
  header.first_ordinal = from->first_ordinal;
  header.base_ticks = from->base_ticks;
  header.sequence = from->sequence;
  header.lost_before = from->lost_before;
  header.checkpoint = checkpoint;
  if ((flags & diary::chunk_flag_sealed) != 0) {
    header.event_count = from->event_count;
    header.last_ticks = from->last_ticks;
  }
  std::memcpy(out, &header, sizeof header);
  std::memcpy(out + sizeof header, chunk + sizeof header, header.committed);
  std::memset(out + sizeof header + header.committed, 0, diary::chunk_payload_bytes - header.committed);
  return true;
}

}  // namespace weft::record
