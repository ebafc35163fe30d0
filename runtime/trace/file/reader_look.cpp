// Looks at a file: finds chunks, checks them once, numbers the events and builds the index. event_walk reads the events
// afterwards.
#include <algorithm>
#include <cstring>
#include <tuple>
#include <utility>

#include "trace/file/header_check.hpp"
#include "trace/file/reader_impl.hpp"

namespace weft::diary {
namespace {

constexpr std::size_t damage_limit = 100;
constexpr std::uint64_t ordinal_limit = std::uint64_t{1} << 62;
// A refresh stops its search for new chunks after this many unused slots.
constexpr std::uint64_t unbegun_limit = 64;
// After so many unused slots the first look asks the system for holes in the file. A writer is never so far ahead.
constexpr std::uint64_t unbegun_before_holes = 16384;
// A look at more chunks than this gives their memory back after use.
constexpr std::size_t large_look = 64;

std::uint64_t add(std::uint64_t a, std::uint64_t b) { return a + b < a ? UINT64_MAX : a + b; }

}  // namespace

reader::impl::impl(file_bytes b, std::string path, trust t) : bytes(std::move(b)), trusts(t) {
  header = checked_header(bytes.data(), bytes.size(), path);
  info.path = std::move(path);
  info.program = text_field(header.program, sizeof header.program);
  info.arch = text_field(header.arch, sizeof header.arch);
  info.clock = text_field(header.clock, sizeof header.clock);
  info.pid = header.pid;
  info.major = header.major;
  info.minor = header.minor;
  info.start_real_ns = static_cast<std::int64_t>(header.start_real_ns);
  info.order_only = (header.flags & header_flag_order_only) != 0;
  info.ring = (header.flags & header_flag_ring) != 0;
  info.shuffled = (header.flags & header_flag_shuffled) != 0;
  streams.shapes = shapes_of(header);
  streams.scale = tick_scale(header.start_ticks, header.ticks_per_second);
  look(true);
}

void reader::impl::add_damage(std::uint64_t offset, const std::string& what) {
  if (info.damage.size() < damage_limit) info.damage.push_back("byte " + std::to_string(offset) + ": " + what);
}

void reader::impl::look(bool first) {
  take_chunks(first);
  if (!held_slots.empty() && (first || header.complete != 0)) {
    // There may be no later look: accept the chunks that still wait as they are.
    bytes.refresh(needed_bytes);
    take_chunks(first);
  }
  number_events(first);
  finish_info(first);
  bytes.require_whole(needed_bytes);
}

// Reads the file as it is now. Headers of new chunks first, `committed` counts afterwards: when the count of a chunk
// with a successor is read, the chunk is known to be finished.
void reader::impl::take_chunks(bool first) {
  streams.bytes = bytes.data();
  streams.file = &bytes;
  streams.chunk_bytes = header.chunk_bytes;
  read_header_again();
  std::vector<found_chunk> found = find_chunks(first);
  for (thread_stream& s : streams.streams) check_events(s.chunks.back(), {});
  decode_ahead(found);
  add_chunks(std::move(found));
}

void reader::impl::read_header_again() {
  file_header now;
  if (bytes.copy_out(0, &now, sizeof now)) {
    header.complete = now.complete;
    header.chunk_count = now.chunk_count;
    header.lost_at_end = now.lost_at_end;
  }
}

std::vector<found_chunk> reader::impl::find_chunks(bool first) {
  std::vector<found_chunk> found;
  const std::uint64_t area = bytes.size() - std::min<std::uint64_t>(bytes.size(), header.header_bytes);
  const std::uint64_t slots = area / header.chunk_bytes + (area % header.chunk_bytes != 0);
  slot_count = slots;
  std::uint64_t unbegun = 0;
  for (std::uint64_t slot = scan_from; slot < slots; ++slot) {
    if (settled_ahead.contains(slot)) continue;
    const std::uint64_t offset = header.header_bytes + slot * header.chunk_bytes;
    found_chunk chunk{offset, {}};
    if (!bytes.copy_out(offset, &chunk.header, sizeof chunk.header)) break;
    if (chunk.header.magic == 0) {
      if (++unbegun == unbegun_limit && !first) break;
      if (unbegun < unbegun_before_holes) continue;
      // Continue at the slot that contains the next written byte.
      const std::uint64_t next = bytes.next_written(offset + header.chunk_bytes);
      slot = std::max(slot, (next - header.header_bytes) / header.chunk_bytes - 1);
      continue;
    }
    // A chunk sealed during the copy may have older numbers than its flag; a second copy has all of them.
    if ((chunk.header.flags & chunk_flag_sealed) != 0 && !bytes.copy_out(offset, &chunk.header, sizeof chunk.header)) {
      break;
    }
    unbegun = 0;
    slot == scan_from ? void(++scan_from) : void(settled_ahead.insert(slot));
    if (chunk.header.magic != chunk_magic) {
      add_damage(offset, "no chunk begins here (wrong magic)");
    } else if (chunk.header.thread >= max_threads) {
      add_damage(offset, "thread index " + std::to_string(chunk.header.thread) + " is out of range");
    } else if (chunk.header.first_ordinal >= ordinal_limit) {
      add_damage(offset, "impossible event ordinal " + std::to_string(chunk.header.first_ordinal));
    } else {
      found.push_back(chunk);
    }
  }
  while (settled_ahead.erase(scan_from) != 0) ++scan_from;
  std::sort(found.begin(), found.end(), [](const found_chunk& a, const found_chunk& b) {
    return std::tuple(a.header.thread, a.header.first_ordinal, a.header.sequence, a.offset) <
           std::tuple(b.header.thread, b.header.first_ordinal, b.header.sequence, b.offset);
  });
  return found;
}

// Decodes each chunk's events as far as they are written now. check_events handles damage and later events.
void reader::impl::decode_ahead(std::vector<found_chunk>& found) const {
  const std::uint64_t capacity = header.chunk_bytes - sizeof(chunk_header);
  for_all(found.size(), [&](std::size_t i) {
    if (bytes.was_cut()) return;  // each lost page costs a mapping, and check_events reports the loss
    found_chunk& f = found[i];
    f.decoded.ticks = f.header.base_ticks;
    if (trusts == trust::sealed_chunks && (f.header.flags & chunk_flag_sealed) != 0) return;
    const std::uint64_t begin = f.offset + sizeof(chunk_header);
    if (begin > bytes.size()) return;
    const std::uint64_t there = std::min({std::uint64_t{f.header.committed}, capacity, bytes.size() - begin});
    f.decoded =
        decode_chunk(bytes.data() + begin, static_cast<std::size_t>(there), streams.shapes, streams.scale, f.decoded);
    if (found.size() > large_look) bytes.forget(f.offset, header.chunk_bytes);
  });
}

// Accepts the numbers of a sealed chunk without decoding, if they are possible.
bool reader::impl::take_sealed(const found_chunk& f, chunk_place& place) {
  const chunk_header& h = f.header;
  if (trusts == trust::nothing || (h.flags & chunk_flag_sealed) == 0) return false;
  if (h.committed > header.chunk_bytes - sizeof(chunk_header) || h.event_count > h.committed / 2 ||
      (h.event_count == 0) != (h.committed == 0) || f.offset + sizeof(chunk_header) + h.committed > bytes.size() ||
      h.last_ticks - h.base_ticks > INT64_MAX) {
    return false;
  }
  place.valid_bytes = h.committed;
  place.event_count = h.event_count;
  place.end_ticks = h.last_ticks;
  place.max_ns = h.event_count != 0 ? streams.scale.to_ns(h.last_ticks) : INT64_MIN;
  info.event_bytes += h.committed;
  needed_bytes = std::max(needed_bytes, f.offset + sizeof(chunk_header) + h.committed);
  latest_ns = std::max(latest_ns, place.max_ns);
  return true;
}

void reader::impl::add_chunks(std::vector<found_chunk> found) {
  const std::vector<std::uint64_t> held_before = std::exchange(held_slots, {});
  for (const found_chunk& f : found) {
    chunk_place place;
    place.offset = f.offset;
    place.first_ordinal = f.header.first_ordinal;
    place.base_ticks = place.end_ticks = f.header.base_ticks;

    auto& stream_of_thread = streams.stream_of_thread;
    if (stream_of_thread.size() <= f.header.thread) stream_of_thread.resize(f.header.thread + 1);
    std::uint32_t& stream_number = stream_of_thread[f.header.thread];
    std::uint64_t expected = 0;
    if (stream_number != 0) {
      const chunk_place& last = streams.streams[stream_number - 1].chunks.back();
      expected = last.first_ordinal + last.event_count;
    }
    if (hold_for_predecessor(f, expected, held_before)) continue;
    if (info.ring && !begins_understandably(f, stream_number)) continue;
    if (place.first_ordinal < expected) {
      add_damage(f.offset, "the events from ordinal " + std::to_string(place.first_ordinal) + " of thread " +
                               std::to_string(f.header.thread) + " are there already");
      continue;
    }
    if (stream_number == 0) {
      streams.streams.push_back({f.header.thread, {}});
      stream_number = static_cast<std::uint32_t>(streams.streams.size());
    }
    lost_in_chunks = add(lost_in_chunks, std::max(place.first_ordinal - expected, f.header.lost_before));
    ++info.chunks;
    thread_stream& stream = streams.streams[stream_number - 1];
    stream.chunks.push_back(place);
    if (!take_sealed(f, stream.chunks.back())) check_events(stream.chunks.back(), f.decoded);
    if (found.size() > large_look) bytes.forget(f.offset, header.chunk_bytes);
  }
}

// True if events before the chunk are missing and its writer counts none as lost. The search may have read the previous
// chunk's slot before that chunk was started, and this slot afterwards, or the previous chunk's count may be old. The
// chunk then waits for the next look, which sees all events written before the end of this one. Events still missing
// then are lost.
bool reader::impl::hold_for_predecessor(const found_chunk& f, std::uint64_t expected,
                                        const std::vector<std::uint64_t>& held_before) {
  const std::uint64_t first = f.header.first_ordinal;
  if (first < expected || first - expected <= f.header.lost_before) return false;
  const std::uint64_t slot = (f.offset - header.header_bytes) / header.chunk_bytes;
  if (std::binary_search(held_before.begin(), held_before.end(), slot)) return false;
  held_slots.insert(std::upper_bound(held_slots.begin(), held_slots.end(), slot), slot);
  settled_ahead.erase(slot);
  for (; scan_from > slot; --scan_from) {
    if (scan_from - 1 != slot) settled_ahead.insert(scan_from - 1);
  }
  return true;
}

// If a ring dropped the start of a generation, the rest of the generation means nothing and counts as lost.
bool reader::impl::begins_understandably(const found_chunk& f, std::uint32_t stream_number) const {
  if ((f.header.flags & chunk_flag_generation) != 0 || f.header.first_ordinal == 0) return true;
  if (stream_number == 0) return false;
  const chunk_place& last = streams.streams[stream_number - 1].chunks.back();
  const std::uint64_t gap = f.header.first_ordinal - (last.first_ordinal + last.event_count);
  return gap == f.header.lost_before;
}

// Checks and counts the events committed since the last look.
void reader::impl::check_events(chunk_place& chunk, const decoded_chunk& ahead) {
  if (chunk.damaged) return;
  const std::uint8_t* begin = streams.bytes + chunk.offset + sizeof(chunk_header);
  const auto* counter =
      reinterpret_cast<const std::uint32_t*>(begin - sizeof(chunk_header) + offsetof(chunk_header, committed));
  // Pairs with the release store in chunk_writer::commit.
  std::uint64_t committed = __atomic_load_n(counter, __ATOMIC_ACQUIRE);
  const std::uint64_t capacity = header.chunk_bytes - sizeof(chunk_header);
  if (committed > capacity) {
    add_damage(chunk.offset,
               "says " + std::to_string(committed) + " bytes of events, a chunk holds " + std::to_string(capacity));
    chunk.damaged = true;
    committed = capacity;
  }
  const std::uint64_t present = bytes.size() - chunk.offset - sizeof(chunk_header);
  if (committed > present) {
    add_damage(chunk.offset, "the file ends inside this chunk: " + std::to_string(present) + " of " +
                                 std::to_string(committed) + " bytes are there");
    bytes_missing = true;
    info.missing_bytes = std::max(info.missing_bytes, committed - present);
    chunk.damaged = true;
    committed = present;
  }
  if (committed < chunk.valid_bytes) return;

  decoded_chunk known = ahead;
  if (known.bytes <= chunk.valid_bytes) {
    known = {chunk.valid_bytes, chunk.event_count, chunk.end_ticks, chunk.max_ns, 0};
  }
  known = decode_chunk(begin, static_cast<std::size_t>(committed), streams.shapes, streams.scale, known);
  if (known.bytes != committed) {
    bytes.require_whole(chunk.offset + sizeof(chunk_header) + committed);  // a cut is no damage
    if (!bytes_missing) add_damage(chunk.offset + sizeof(chunk_header) + known.bytes, damage_at(begin + known.bytes));
    chunk.damaged = true;
  }
  info.event_bytes += known.bytes - chunk.valid_bytes;
  lost_in_chunks = add(lost_in_chunks, known.lost);
  chunk.valid_bytes = known.bytes;
  needed_bytes = std::max(needed_bytes, chunk.offset + sizeof(chunk_header) + chunk.valid_bytes);
  chunk.end_ticks = known.ticks;
  chunk.event_count = known.count;
  chunk.max_ns = known.max_ns;
  latest_ns = std::max(latest_ns, chunk.max_ns);
}

std::string reader::impl::damage_at(const std::uint8_t* in) const {
  const unsigned type = *in;
  if (!streams.shapes[type].known) return "unknown event type " + std::to_string(type);
  return "event of type " + std::to_string(type) + " is cut off or too long";
}

void reader::impl::number_events(bool first) {
  const std::size_t count = streams.streams.size();
  if (count == 1) {
    number_only_thread();
  } else if (count > 1) {
    merge_threads(first || header.complete != 0);
  }
}

// One thread is always in order, and the checks have counted its events: one index point for each chunk is enough.
void reader::impl::number_only_thread() {
  const auto& chunks = streams.streams[0].chunks;
  std::uint64_t n = points.empty() ? 0 : points.back().n;
  std::int64_t max_ns = points.empty() ? INT64_MIN : points.back().max_ns;
  for (std::size_t i = points.empty() ? 0 : points.size() - 1; i < chunks.size(); ++i) {
    const chunk_place& c = chunks[i];
    if (i == points.size()) {
      point_positions.push_back({static_cast<std::uint32_t>(i), 0, c.base_ticks, c.first_ordinal});
      points.push_back({n, max_ns, i, 1});
    }
    n += c.event_count;
    max_ns = std::max(max_ns, c.max_ns);
  }
  info.events = n;
  front_max_ns = seen_max_ns = max_ns;
  const chunk_place& last = chunks.back();
  front = {{static_cast<std::uint32_t>(chunks.size() - 1), last.valid_bytes, last.end_ticks,
            last.first_ordinal + last.event_count}};
}

void reader::impl::merge_threads(bool take_all) {
  event_walk walk(streams, info.events, front.data(), front.size());
  const std::int64_t earliest_ns = walk.earliest_head_ns();
  const bool has_more = earliest_ns != INT64_MAX;
  if (info.events != 0 && has_more && (earliest_ns <= front_max_ns || front_guessed)) {
    streams.boundaries.push_back({info.events, front});
    front_guessed = false;
  }
  // A thread commits within nanoseconds of reading the clock. So all events up to the slowest thread's time are in
  // order. Events that were there at the last look are in order too, even if a thread sleeps.
  std::int64_t slowest_ns = INT64_MAX;
  for (const thread_stream& s : streams.streams) {
    slowest_ns = std::min(slowest_ns, streams.scale.to_ns(s.chunks.back().end_ticks));
  }
  if (!take_all) walk.hold_back(std::max(slowest_ns, seen_max_ns), seen_max_ns);
  seen_max_ns = latest_ns;

  const std::uint64_t distance = 4096 + 256 * streams.streams.size();
  std::uint64_t next_point = points.empty() ? distance : points.back().n + distance;
  const auto take = [this](const event& e) {
    front_max_ns = std::max(front_max_ns, e.t_ns);
    return true;
  };
  while (true) {
    walk.for_each(take, next_point);
    if (walk.n() < next_point) break;
    const std::vector<stream_position> here = walk.positions();
    points.push_back({walk.n(), front_max_ns, point_positions.size(), static_cast<std::uint32_t>(here.size())});
    point_positions.insert(point_positions.end(), here.begin(), here.end());
    next_point += distance;
  }
  info.events = walk.n();
  front = walk.positions();
  front_guessed = front_guessed || walk.has_guessed();
}

void reader::impl::finish_info(bool first) {
  info.file_bytes = bytes.size();
  info.complete = header.complete != 0;
  info.threads = static_cast<std::uint32_t>(streams.streams.size());
  info.lost = add(lost_in_chunks, header.lost_at_end);
  if (info.events > 0) {
    // Later events do not change which event was the first.
    if (event first_event; !knows_first && event_walk(streams, 0, nullptr, 0).next(first_event)) {
      info.first_ns = first_event.t_ns;
      knows_first = true;
    }
    info.last_ns = std::max(front_max_ns, info.first_ns);
    if (__builtin_sub_overflow(info.last_ns, info.first_ns, &info.duration_ns)) info.duration_ns = INT64_MAX;
  }
  const std::uint64_t present = slot_count;
  if (first && info.complete && !info.ring && header.chunk_count > present) {
    add_damage(bytes.size(), "the file is cut: " + std::to_string(header.chunk_count - present) + " of " +
                                 std::to_string(header.chunk_count) + " chunks are not there");
    bytes_missing = true;
    const std::uint64_t whole = header.chunk_count < UINT64_MAX / header.chunk_bytes
                                    ? add(header.header_bytes, header.chunk_count * header.chunk_bytes)
                                    : UINT64_MAX;
    info.missing_bytes = whole - std::min(whole, bytes.size());
  }
  info.cut = bytes_missing;
  info.truncated = !info.complete || bytes_missing;
}

}  // namespace weft::diary
