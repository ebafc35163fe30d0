#include "cli/trace_glance.hpp"

#include <algorithm>
#include <fstream>
#include <map>
#include <vector>

#include "trace/event_decoder.hpp"
#include "trace/header_check.hpp"

namespace weft::viz::cli {
namespace {

// The last chunk that a thread has begun.
struct last_chunk {
  diary::chunk_header header{};
  std::uint64_t offset = 0;
};

template <class T>
bool read_at(std::ifstream& in, std::uint64_t offset, T* to, std::size_t count) {
  in.clear();
  in.seekg(static_cast<std::streamoff>(offset));
  in.read(reinterpret_cast<char*>(to), static_cast<std::streamsize>(count * sizeof(T)));
  return in.gcount() == static_cast<std::streamsize>(count * sizeof(T));
}

}  // namespace

trace_glance glance_at(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) throw diary::file_error(path, 0, "cannot open");
  std::vector<std::uint8_t> first(diary::file_header_bytes);
  in.read(reinterpret_cast<char*>(first.data()), static_cast<std::streamsize>(first.size()));
  trace_glance seen;
  seen.header =
      diary::checked_header(first.data(), static_cast<std::uint64_t>(std::max<std::streamsize>(0, in.gcount())), path);

  std::map<std::uint32_t, last_chunk> last;  // by thread
  std::uint64_t first_ticks = UINT64_MAX;
  diary::chunk_header chunk;
  for (std::uint64_t at = seen.header.header_bytes; read_at(in, at, &chunk, 1); at += seen.header.chunk_bytes) {
    if (chunk.magic != diary::chunk_magic || chunk.thread >= diary::max_threads) continue;
    first_ticks = std::min(first_ticks, chunk.base_ticks);
    const auto [known, is_new] = last.try_emplace(chunk.thread, last_chunk{chunk, at});
    if (!is_new && chunk.first_ordinal >= known->second.header.first_ordinal) known->second = {chunk, at};
  }
  const diary::shape_table shapes = diary::shapes_of(seen.header);
  const diary::tick_scale scale(seen.header.start_ticks, seen.header.ticks_per_second);
  seen.threads = static_cast<std::uint32_t>(last.size());
  const std::int64_t first_ns = last.empty() ? 0 : scale.to_ns(first_ticks);
  std::int64_t last_ns = INT64_MIN;
  for (const auto& [thread, place] : last) {
    const std::size_t capacity = seen.header.chunk_bytes - sizeof chunk;
    std::vector<std::uint8_t> events(std::min<std::size_t>(place.header.committed, capacity));
    if (!read_at(in, place.offset + sizeof chunk, events.data(), events.size())) continue;
    seen.events += place.header.first_ordinal;
    std::uint64_t ticks = place.header.base_ticks;
    const std::uint8_t* at = events.data();
    diary::event e;
    while (at && at != events.data() + events.size()) {
      at = diary::decode_event(at, events.data() + events.size(), shapes, ticks, e);
      if (at) ++seen.events;
    }
    last_ns = std::max(last_ns, scale.to_ns(ticks));
  }
  if (last_ns >= first_ns) {
    seen.last_ns = last_ns;
    seen.duration_ns = last_ns - first_ns;
  }
  return seen;
}

}  // namespace weft::viz::cli
