// The queries of a reader. reader_look.cpp reads the file, event_walk.cpp visits the events.
#include "trace/file/reader.hpp"

#include <algorithm>
#include <utility>

#include "trace/file/header_check.hpp"
#include "trace/file/reader_impl.hpp"

namespace weft::diary {

event_walk reader::impl::walk_from(std::uint64_t begin) const {
  const auto behind = std::upper_bound(points.begin(), points.end(), begin,
                                       [](std::uint64_t n, const index_point& p) { return n < p.n; });
  const bool from_start = behind == points.begin();
  const index_point start = from_start ? index_point{} : *(behind - 1);
  event_walk walk(streams, start.n, from_start ? nullptr : &point_positions[start.positions], start.count);
  walk.for_each([](const event&) { return true; }, begin);
  walk.end_before(info.events);
  return walk;
}

stream_position reader::impl::find_ordinal(std::size_t stream, std::uint64_t ordinal) const {
  const auto& chunks = streams.streams[stream].chunks;
  const auto behind = std::upper_bound(chunks.begin(), chunks.end(), ordinal,
                                       [](std::uint64_t o, const chunk_place& c) { return o < c.first_ordinal; });
  return find_in_chunk(stream, static_cast<std::size_t>(behind == chunks.begin() ? 0 : behind - chunks.begin() - 1),
                       ordinal, UINT32_MAX);
}

stream_position reader::impl::find_byte(std::size_t stream, std::size_t chunk, std::uint32_t byte) const {
  return find_in_chunk(stream, chunk, UINT64_MAX, byte);
}

stream_position reader::impl::find_in_chunk(std::size_t stream, std::size_t index, std::uint64_t ordinal,
                                            std::uint32_t byte) const {
  const chunk_place& chunk = streams.streams[stream].chunks[index];
  const std::uint8_t* const begin = streams.bytes + chunk.offset + sizeof(chunk_header);
  const std::uint8_t* in = begin;
  stream_position place{static_cast<std::uint32_t>(index), 0, chunk.base_ticks, chunk.first_ordinal};
  event e;
  while (place.ordinal < ordinal && place.byte < byte && in < begin + chunk.valid_bytes) {
    in = decode_event(in, begin + chunk.valid_bytes, streams.shapes, place.ticks, e);
    if (in == nullptr) break;
    place.byte = static_cast<std::uint32_t>(in - begin);
    ++place.ordinal;
  }
  return place;
}

void reader::impl::find_numbers(std::vector<wanted_number>& wanted) const {
  // Search from the last index point before the wanted event of its stream to the next point at most. Each stretch
  // between two points is walked once, for all wanted events in it.
  for (wanted_number& w : wanted) {
    const auto ordinal_at = [&](const index_point& p) {
      return w.stream < p.count ? point_positions[p.positions + w.stream].ordinal : 0;
    };
    const auto behind = std::partition_point(points.begin(), points.end(),
                                             [&](const index_point& p) { return ordinal_at(p) <= w.ordinal; });
    w.from = behind == points.begin() ? 0 : (behind - 1)->n;
  }
  std::vector<std::size_t> order(wanted.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::sort(order.begin(), order.end(), [&](std::size_t x, std::size_t y) {
    const wanted_number &a = wanted[x], &b = wanted[y];
    if (a.from != b.from) return a.from < b.from;
    return a.stream != b.stream ? a.stream < b.stream : a.ordinal < b.ordinal;
  });
  for (auto first = order.begin(); first != order.end();) {
    const std::uint64_t from = wanted[*first].from;
    const auto last = std::find_if(first, order.end(), [&](std::size_t i) { return wanted[i].from != from; });
    // For each thread its wanted events, in order.
    std::vector<std::vector<std::size_t>> of_thread;
    for (auto i = last; i != first;) {
      const std::uint32_t thread = streams.streams[wanted[*--i].stream].thread;
      if (thread >= of_thread.size()) of_thread.resize(thread + 1);
      of_thread[thread].push_back(*i);  // the first wanted event is at the back
    }
    auto left = static_cast<std::size_t>(last - first);
    event_walk walk = walk_from(from);
    walk.for_each([&](const event& e) {
      if (e.thread >= of_thread.size()) return true;
      std::vector<std::size_t>& here = of_thread[e.thread];
      while (!here.empty() && e.ordinal >= wanted[here.back()].ordinal) {
        wanted[here.back()].n = e.n;
        here.pop_back();
        --left;
      }
      return left != 0;
    });
    for (const std::vector<std::size_t>& none : of_thread) {
      for (const std::size_t i : none) wanted[i].n = walk.n();
    }
    first = last;
  }
}

event reader::impl::event_at(std::size_t stream, const stream_position& place) const {
  const chunk_place& chunk = streams.streams[stream].chunks[place.chunk];
  const std::uint8_t* const begin = streams.bytes + chunk.offset + sizeof(chunk_header);
  std::uint64_t ticks = place.ticks;
  event e;
  if (place.byte >= chunk.valid_bytes ||
      decode_event(begin + place.byte, begin + chunk.valid_bytes, streams.shapes, ticks, e) == nullptr) {
    e = {};
  }
  return e;
}

bool reader::impl::begin_at(std::size_t stream, std::size_t chunk, std::uint32_t place_plus_1, std::uint64_t distance,
                            beginning& b) const {
  if (place_plus_1 == 0 || place_plus_1 > streams.streams[stream].chunks[chunk].valid_bytes) return false;
  const stream_position place = find_byte(stream, chunk, place_plus_1 - 1);
  if (place.ordinal + distance > b.end) return false;
  const event e = event_at(stream, place);
  const bool is_packed = e.type == event_type::checkpoint_part;
  const std::uint64_t back = is_packed ? e.args[4] : 0, events = is_packed ? e.args[5] : 0;
  if (back > place.ordinal || events > back) return false;
  if (back != 0) {
    // The base may be damaged, or dropped by a ring.
    const std::uint64_t base = place.ordinal - back;
    const stream_position there = find_ordinal(stream, base);
    const event first = event_at(stream, there);
    if (there.ordinal != base || events == 0 ||
        (first.type != event_type::checkpoint_begin && first.type != event_type::checkpoint_part)) {
      return false;
    }
    b.base_ordinal = base;
    b.base_end = base + events;
  }
  b.ordinal = place.ordinal;
  return true;
}

reader::reader(std::unique_ptr<impl> p) : impl_(std::move(p)) {}
reader::reader(reader&&) noexcept = default;
reader& reader::operator=(reader&&) noexcept = default;
reader::~reader() = default;

reader reader::open(const std::string& path, trust t) {
  return reader(std::make_unique<impl>(file_bytes::open(path), path, t));
}

reader reader::from_bytes(std::vector<std::uint8_t> bytes, std::string name, trust t) {
  return reader(std::make_unique<impl>(file_bytes::from_memory(std::move(bytes)), std::move(name), t));
}

const file_info& reader::info() const { return impl_->info; }
const file_header& reader::header() const { return impl_->header; }

event_walk reader::walk(std::uint64_t begin) const { return impl_->walk_from(std::min(begin, event_count())); }

void reader::for_each(std::uint64_t begin, std::uint64_t end, const std::function<bool(const event&)>& f) const {
  end = std::min(end, event_count());
  if (begin >= end) return;
  walk(begin).for_each(f, end);
}

void reader::for_each_of_thread(std::uint32_t thread, std::uint64_t begin, std::uint64_t end, std::uint64_t n,
                                const std::function<void(const event&)>& f) const {
  const trace_streams& all = impl_->streams;
  if (thread >= all.stream_of_thread.size() || all.stream_of_thread[thread] == 0) return;
  const std::uint32_t index = all.stream_of_thread[thread] - 1;
  // A trace of only this thread, without boundaries: the whole thread is known.
  trace_streams alone;
  alone.bytes = all.bytes;
  alone.file = all.file;
  alone.chunk_bytes = all.chunk_bytes;
  alone.shapes = all.shapes;
  alone.scale = all.scale;
  alone.streams = {all.streams[index]};
  const stream_position start = impl_->find_ordinal(index, begin);
  event_walk walk(alone, n, &start, 1);
  event e;
  while (walk.next(e) && e.ordinal < end) f(e);
}

std::vector<reader::beginning> reader::beginnings(std::uint64_t count, std::uint64_t distance) const {
  const impl& all = *impl_;
  std::vector<beginning> found;
  std::vector<impl::wanted_number> wanted;
  event_walk walk = all.walk_from(std::min(count, event_count()));
  const std::vector<stream_position> ends = walk.positions();
  for (std::size_t i = 0; i < ends.size(); ++i) {
    const thread_stream& stream = all.streams.streams[i];
    beginning b{stream.thread, stream.chunks[0].first_ordinal, 0, ends[i].ordinal};
    if (b.end <= b.ordinal) continue;
    for (std::size_t c = ends[i].chunk + 1; c-- > 0;) {
      const chunk_place& chunk = stream.chunks[c];
      chunk_header header;
      if (!all.bytes.copy_out(chunk.offset, &header, sizeof header)) break;
      if (all.begin_at(i, c, std::max(header.checkpoint, header.flags >> chunk_packed_shift), distance, b) ||
          all.begin_at(i, c, std::min(header.checkpoint, header.flags >> chunk_packed_shift), distance, b)) {
        break;
      }
    }
    wanted.push_back({i, b.ordinal});
    if (b.base_end != b.base_ordinal) wanted.push_back({i, b.base_ordinal});
    found.push_back(b);
  }
  all.find_numbers(wanted);
  auto next = wanted.begin();
  for (beginning& b : found) {
    b.n = (next++)->n;
    if (b.base_end != b.base_ordinal) b.base_n = (next++)->n;
  }
  return found;
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
  std::uint64_t last = begin == 0 ? 0 : begin - 1;
  walk(begin).for_each([&](const event& e) {
    if (e.t_ns <= t_ns) last = e.n;
    return e.t_ns <= t_ns;
  });
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
