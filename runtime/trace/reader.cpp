// Finds chunks, checks them once, numbers the events and keeps the index. event_walk does the reading afterwards.
#include "trace/reader.hpp"

#include <algorithm>
#include <cstring>
#include <tuple>
#include <utility>

#include "trace/file_bytes.hpp"
#include "trace/header_check.hpp"

namespace weft::diary {
namespace {

constexpr std::size_t damage_limit = 100;
constexpr std::uint64_t ordinal_limit = std::uint64_t{1} << 62;
// A refresh stops to look for new chunks after this many slots that nobody has begun.
constexpr std::uint64_t unbegun_limit = 64;

std::uint64_t add(std::uint64_t a, std::uint64_t b) { return a + b < a ? UINT64_MAX : a + b; }

// A begun chunk, found but not yet put in its thread's order.
struct found_chunk {
  std::uint64_t offset = 0;
  chunk_header header{};
};

struct index_point {
  std::uint64_t n = 0;
  std::int64_t max_ns = INT64_MIN;  // of the events before it
  std::size_t positions = 0;        // first of its positions, one for each stream known then
  std::uint32_t count = 0;
};

}  // namespace

struct reader::impl {
  file_bytes bytes;
  file_header header{};
  file_info info;
  trace_streams streams;

  // Chunk slots of the file: those before scan_from are settled, later ones by `slot_settled`.
  std::uint64_t scan_from = 0;
  std::vector<bool> slot_settled;
  bool bytes_missing = false;
  std::uint64_t needed_bytes = 0;  // the end of the last event that was counted
  std::uint64_t lost_in_chunks = 0;

  // What is numbered so far: info.events events, the last of them before `front`.
  std::vector<stream_position> front;
  std::int64_t front_max_ns = INT64_MIN;
  std::int64_t latest_ns = INT64_MIN;    // of all events that are there
  std::int64_t seen_max_ns = INT64_MIN;  // what latest_ns was at the look before
  bool front_guessed = false;
  std::vector<index_point> points;
  std::vector<stream_position> point_positions;

  impl(file_bytes b, std::string path) : bytes(std::move(b)) {
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

  void add_damage(std::uint64_t offset, const std::string& what) {
    if (info.damage.size() < damage_limit) info.damage.push_back("byte " + std::to_string(offset) + ": " + what);
  }

  // One look at the file as it is now. Headers of new chunks first, `committed` counts after them: so a chunk that has
  // a successor is known to be finished when its count is read.
  void look(bool first) {
    streams.bytes = bytes.data();
    read_header_again();
    std::vector<found_chunk> found = find_chunks(first);
    for (thread_stream& s : streams.streams) check_events(s.chunks.back());
    add_chunks(std::move(found));
    number_events(first);
    finish_info(first);
  }

  void read_header_again() {
    file_header now;
    if (bytes.copy_out(0, &now, sizeof now)) {
      header.complete = now.complete;
      header.chunk_count = now.chunk_count;
      header.lost_at_end = now.lost_at_end;
    }
  }

  std::vector<found_chunk> find_chunks(bool first) {
    std::vector<found_chunk> found;
    const std::uint64_t area = bytes.size() - std::min<std::uint64_t>(bytes.size(), header.header_bytes);
    const std::uint64_t slots = area / header.chunk_bytes + (area % header.chunk_bytes != 0);
    slot_settled.resize(slots);
    std::uint64_t unbegun = 0;
    for (std::uint64_t slot = scan_from; slot < slots; ++slot) {
      if (slot_settled[slot]) continue;
      const std::uint64_t offset = header.header_bytes + slot * header.chunk_bytes;
      found_chunk chunk{offset, {}};
      if (!bytes.copy_out(offset, &chunk.header, sizeof chunk.header)) break;
      if (chunk.header.magic == 0) {
        if (!first && ++unbegun == unbegun_limit) break;
        continue;
      }
      unbegun = 0;
      slot_settled[slot] = true;
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
    while (scan_from < slots && slot_settled[scan_from]) ++scan_from;
    std::sort(found.begin(), found.end(), [](const found_chunk& a, const found_chunk& b) {
      return std::tuple(a.header.thread, a.header.first_ordinal, a.header.sequence, a.offset) <
             std::tuple(b.header.thread, b.header.first_ordinal, b.header.sequence, b.offset);
    });
    return found;
  }

  void add_chunks(std::vector<found_chunk> found) {
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
        if (place.first_ordinal < expected) {
          add_damage(f.offset, "the events from ordinal " + std::to_string(place.first_ordinal) + " of thread " +
                                   std::to_string(f.header.thread) + " are there already");
          continue;
        }
      } else {
        streams.streams.push_back({f.header.thread, {}});
        stream_number = static_cast<std::uint32_t>(streams.streams.size());
      }
      lost_in_chunks = add(lost_in_chunks, std::max(place.first_ordinal - expected, f.header.lost_before));
      ++info.chunks;
      thread_stream& stream = streams.streams[stream_number - 1];
      stream.chunks.push_back(place);
      check_events(stream.chunks.back());
    }
  }

  // Checks and counts what was committed since the last look.
  void check_events(chunk_place& chunk) {
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
      chunk.damaged = true;
      committed = present;
    }
    if (committed < chunk.valid_bytes) return;

    const std::uint8_t* in = begin + chunk.valid_bytes;
    const std::uint8_t* end = begin + committed;
    std::uint64_t ticks = chunk.end_ticks, count = chunk.event_count;
    std::int64_t max_ns = chunk.max_ns;
    event e;
    while (in != end) {
      const std::uint8_t* behind = decode_event(in, end, streams.shapes, ticks, e);
      if (behind == nullptr) {
        if (!bytes_missing)
          add_damage(chunk.offset + sizeof(chunk_header) + static_cast<std::uint64_t>(in - begin), damage_at(in));
        chunk.damaged = true;
        break;
      }
      in = behind;
      ++count;
      max_ns = std::max(max_ns, streams.scale.to_ns(ticks));
      if (e.type == event_type::loss) lost_in_chunks = add(lost_in_chunks, e.args[0]);
    }
    info.event_bytes += static_cast<std::uint64_t>(in - begin) - chunk.valid_bytes;
    chunk.valid_bytes = static_cast<std::uint32_t>(in - begin);
    needed_bytes = std::max(needed_bytes, chunk.offset + sizeof(chunk_header) + chunk.valid_bytes);
    chunk.end_ticks = ticks;
    chunk.event_count = count;
    chunk.max_ns = max_ns;
    latest_ns = std::max(latest_ns, max_ns);
  }

  std::string damage_at(const std::uint8_t* in) const {
    const unsigned type = *in;
    if (!streams.shapes[type].known) return "unknown event type " + std::to_string(type);
    return "event of type " + std::to_string(type) + " is cut off or too long";
  }

  void number_events(bool first) {
    const std::size_t count = streams.streams.size();
    if (count == 1) {
      number_only_thread();
    } else if (count > 1) {
      merge_threads(first || header.complete != 0);
    }
  }

  // One thread is in order by itself, and the checks have counted: a point for each chunk is enough.
  void number_only_thread() {
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

  void merge_threads(bool take_all) {
    event_walk walk(streams, info.events, front.data(), front.size());
    const std::int64_t earliest_ns = walk.earliest_head_ns();
    const bool has_more = earliest_ns != INT64_MAX;
    if (info.events != 0 && has_more && (earliest_ns <= front_max_ns || front_guessed)) {
      streams.boundaries.push_back({info.events, front});
      front_guessed = false;
    }
    // A thread commits within nanoseconds of reading the clock. So what is not later than the slowest thread is in
    // order, and so is, even if a thread sleeps, all that was there at the last look already.
    std::int64_t slowest_ns = INT64_MAX;
    for (const thread_stream& s : streams.streams) {
      slowest_ns = std::min(slowest_ns, streams.scale.to_ns(s.chunks.back().end_ticks));
    }
    if (!take_all) walk.hold_back(std::max(slowest_ns, seen_max_ns), seen_max_ns);
    seen_max_ns = latest_ns;

    const std::uint64_t distance = 4096 + 256 * streams.streams.size();
    std::uint64_t next_point = points.empty() ? distance : points.back().n + distance;
    event e;
    while (true) {
      if (walk.n() >= next_point) {
        const std::vector<stream_position> here = walk.positions();
        points.push_back({walk.n(), front_max_ns, point_positions.size(), static_cast<std::uint32_t>(here.size())});
        point_positions.insert(point_positions.end(), here.begin(), here.end());
        next_point += distance;
      }
      if (!walk.next(e)) break;
      front_max_ns = std::max(front_max_ns, e.t_ns);
    }
    info.events = walk.n();
    front = walk.positions();
    front_guessed = front_guessed || walk.has_guessed();
  }

  void finish_info(bool first) {
    info.file_bytes = bytes.size();
    info.complete = header.complete != 0;
    info.threads = static_cast<std::uint32_t>(streams.streams.size());
    info.lost = add(lost_in_chunks, header.lost_at_end);
    info.duration_ns = std::max<std::int64_t>(front_max_ns, 0);
    const std::uint64_t present = slot_settled.size();
    if (first && info.complete && !info.ring && header.chunk_count > present) {
      add_damage(bytes.size(), "the file is cut: " + std::to_string(header.chunk_count - present) + " of " +
                                   std::to_string(header.chunk_count) + " chunks are not there");
      bytes_missing = true;
    }
    info.truncated = !info.complete || bytes_missing;
  }

  event_walk walk_from(std::uint64_t begin) const {
    const auto behind = std::upper_bound(points.begin(), points.end(), begin,
                                         [](std::uint64_t n, const index_point& p) { return n < p.n; });
    const bool from_start = behind == points.begin();
    const index_point start = from_start ? index_point{} : *(behind - 1);
    event_walk walk(streams, start.n, from_start ? nullptr : &point_positions[start.positions], start.count);
    event skipped;
    while (walk.n() < begin && walk.next(skipped)) {
    }
    walk.end_before(info.events);
    return walk;
  }
};

reader::reader(std::unique_ptr<impl> p) : impl_(std::move(p)) {}
reader::reader(reader&&) noexcept = default;
reader& reader::operator=(reader&&) noexcept = default;
reader::~reader() = default;

reader reader::open(const std::string& path) { return reader(std::make_unique<impl>(file_bytes::open(path), path)); }

reader reader::from_bytes(std::vector<std::uint8_t> bytes, std::string name) {
  return reader(std::make_unique<impl>(file_bytes::from_memory(std::move(bytes)), std::move(name)));
}

const file_info& reader::info() const { return impl_->info; }
const file_header& reader::header() const { return impl_->header; }

event_walk reader::walk(std::uint64_t begin) const { return impl_->walk_from(std::min(begin, event_count())); }

void reader::for_each(std::uint64_t begin, std::uint64_t end, const std::function<bool(const event&)>& f) const {
  end = std::min(end, event_count());
  if (begin >= end) return;
  event_walk events = walk(begin);
  event e;
  while (events.n() < end && events.next(e) && f(e)) {
  }
}

event reader::at(std::uint64_t n) const {
  if (n >= event_count()) {
    throw std::out_of_range("event " + std::to_string(n) + " of " + std::to_string(event_count()));
  }
  event e;
  walk(n).next(e);
  return e;
}

std::uint64_t reader::find_time(std::int64_t t_ns) const {
  const auto& points = impl_->points;
  const auto later = std::upper_bound(points.begin(), points.end(), t_ns,
                                      [](std::int64_t value, const index_point& p) { return value < p.max_ns; });
  const std::uint64_t begin = later == points.begin() ? 0 : (later - 1)->n;
  event_walk events = walk(begin);
  std::uint64_t last = begin == 0 ? 0 : begin - 1;
  event e;
  while (events.next(e) && e.t_ns <= t_ns) last = e.n;
  return last;
}

std::string reader::type_name(event_type type) const {
  if (const event_schema* s = find_schema(type)) return std::string(s->name);
  const std::size_t count = std::min<std::size_t>(impl_->header.schema_count, schema_capacity);
  for (std::size_t i = 0; i < count; ++i) {
    const schema_entry& entry = impl_->header.schema[i];
    if (entry.type == static_cast<std::uint8_t>(type) && entry.name[0] != 0) {
      return text_field(entry.name, sizeof entry.name);
    }
  }
  return "?" + std::to_string(static_cast<unsigned>(type));
}

unsigned reader::arg_count(event_type type) const {
  return impl_->streams.shapes[static_cast<std::size_t>(type)].arg_count;
}

bool reader::has_text(event_type type) const { return impl_->streams.shapes[static_cast<std::size_t>(type)].has_text; }

bool reader::refresh() {
  if (!impl_->bytes.refresh(impl_->needed_bytes)) return false;
  const std::uint64_t before = event_count();
  impl_->look(false);
  return event_count() != before;
}

}  // namespace weft::diary
