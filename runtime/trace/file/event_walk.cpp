#include "trace/file/event_walk.hpp"

#include <algorithm>

namespace weft::diary {

event_walk::event_walk(const trace_streams& source, std::uint64_t n, const stream_position* positions,
                       std::size_t count)
    : source_(&source), n_(n) {
  const auto& boundaries = source.boundaries;
  const auto next = std::upper_bound(boundaries.begin(), boundaries.end(), n,
                                     [](std::uint64_t value, const order_boundary& b) { return value < b.n; });
  next_boundary_ = static_cast<std::size_t>(next - boundaries.begin());
  boundary_n_ = stop_n_ = next != boundaries.end() ? next->n : UINT64_MAX;

  lanes_.resize(source.streams.size());
  for (std::uint32_t i = 0; i < lanes_.size(); ++i) {
    lane& l = lanes_[i];
    l.thread = l.head.thread = source.streams[i].thread;
    if (i < count) {
      l.chunk = positions[i].chunk;
      l.ticks = positions[i].ticks;
      l.ordinal = positions[i].ordinal;
      open_chunk(i, positions[i].byte);
    } else {
      const chunk_place& first = source.streams[i].chunks[0];
      l.ticks = first.base_ticks;
      l.ordinal = first.first_ordinal;
      open_chunk(i, 0);
    }
  }
  if (lanes_.size() == 1) return;
  for (std::uint32_t i = 0; i < lanes_.size(); ++i) find_head(i);
}

const std::uint8_t* event_walk::events_of(std::uint32_t index) const {
  return source_->bytes + source_->streams[index].chunks[lanes_[index].chunk].offset + sizeof(chunk_header);
}

void event_walk::require_chunk(const lane& l) const {
  if (source_->file == nullptr) return;
  const chunk_place& chunk = source_->streams[static_cast<std::size_t>(&l - lanes_.data())].chunks[l.chunk];
  source_->file->require_whole(chunk.offset + sizeof(chunk_header) + chunk.valid_bytes);
}

void event_walk::require_what_was_read() const {
  if (source_->file == nullptr) return;
  std::uint64_t needed_bytes = 0;
  for (std::size_t i = 0; i < lanes_.size(); ++i) {
    const chunk_place& chunk = source_->streams[i].chunks[lanes_[i].chunk];
    needed_bytes = std::max(needed_bytes, chunk.offset + sizeof(chunk_header) + chunk.valid_bytes);
  }
  source_->file->require_whole(needed_bytes);
}

void event_walk::open_chunk(std::uint32_t index, std::uint32_t byte) {
  lane& l = lanes_[index];
  std::uint32_t readable = source_->streams[index].chunks[l.chunk].valid_bytes;
  if (boundary_n_ != UINT64_MAX) {
    const auto& ends = source_->boundaries[next_boundary_].ends;
    if (index >= ends.size() || l.chunk > ends[index].chunk) {
      readable = byte;
    } else if (l.chunk == ends[index].chunk) {
      readable = ends[index].byte;
    }
  }
  l.in = events_of(index) + byte;
  l.end = events_of(index) + std::max(readable, byte);
}

bool event_walk::find_chunk(std::uint32_t index) {
  lane& l = lanes_[index];
  const auto& chunks = source_->streams[index].chunks;
  while (l.in == l.end && l.chunk + 1 < chunks.size()) {
    if (boundary_n_ != UINT64_MAX) {
      const auto& ends = source_->boundaries[next_boundary_].ends;
      if (index >= ends.size() || l.chunk >= ends[index].chunk) return false;
    }
    require_chunk(l);
    // Give the pages back: a large file must not gather in memory.
    if (source_->file != nullptr) source_->file->forget(chunks[l.chunk].offset, source_->chunk_bytes);
    ++l.chunk;
    l.ticks = chunks[l.chunk].base_ticks;
    l.ordinal = chunks[l.chunk].first_ordinal;
    open_chunk(index, 0);
  }
  if (l.in == l.end && boundary_n_ == UINT64_MAX) require_chunk(l);
  return l.in != l.end;
}

void event_walk::find_head(std::uint32_t index) {
  lane& l = lanes_[index];
  l.has_head = l.in != l.end || find_chunk(index);
  l.waits_for = no_lane;
  if (!l.has_head) return;
  decode_head(l);
  if (!l.has_head || l.head.type != event_type::wake_remote) return;
  const std::uint64_t waker_thread = l.head.args[3];  // thread number + 1
  if (waker_thread == 0 || waker_thread > source_->stream_of_thread.size()) return;
  const std::uint32_t stream = source_->stream_of_thread[waker_thread - 1];
  if (stream == 0 || stream - 1 == index || stream > lanes_.size()) return;
  l.waits_for = stream - 1;
  l.waits_ordinal = l.head.args[4];
}

bool event_walk::is_blocked(const lane& l) const {
  if (l.waits_for == no_lane) return false;
  const lane& waker = lanes_[l.waits_for];
  if (waker.has_head) return waker.ordinal <= l.waits_ordinal;
  return waker.ordinal <= l.waits_ordinal && l.head.t_ns > patience_ns_;
}

bool event_walk::choose() {
  constexpr auto later = [](const lane& a, const lane& b) {
    return a.head.t_ns != b.head.t_ns ? a.head.t_ns > b.head.t_ns : a.thread > b.thread;
  };
  std::uint32_t best = no_lane, best_blocked = no_lane;
  rival_ns_ = INT64_MAX;
  rival_thread_ = UINT32_MAX;
  bool waits_for_bytes = false;
  for (std::uint32_t i = 0; i < lanes_.size(); ++i) {
    const lane& l = lanes_[i];
    if (!l.has_head) continue;
    if (is_blocked(l)) {
      waits_for_bytes = waits_for_bytes || !lanes_[l.waits_for].has_head;
      if (best_blocked == no_lane || later(lanes_[best_blocked], l)) best_blocked = i;
      continue;
    }
    const bool is_better = best == no_lane || later(lanes_[best], l);
    const std::uint32_t second = is_better ? best : i;
    if (is_better) best = i;
    if (second != no_lane) {
      const lane& s = lanes_[second];
      if (s.head.t_ns < rival_ns_ || (s.head.t_ns == rival_ns_ && s.thread < rival_thread_)) {
        rival_ns_ = s.head.t_ns;
        rival_thread_ = s.thread;
      }
    }
  }
  run_is_safe_ = best_blocked == no_lane;
  if (best == no_lane) {
    // Each thread waits for another: the file is wrong, or the bytes are not written yet.
    if (best_blocked == no_lane || waits_for_bytes) return false;
    best = best_blocked;
    has_guessed_ = true;
  }
  const lane& chosen = lanes_[best];
  if (chosen.head.t_ns > release_ns_) return false;
  if (chosen.waits_for != no_lane && lanes_[chosen.waits_for].ordinal <= chosen.waits_ordinal) has_guessed_ = true;
  // The run must end before the release limit.
  if (release_ns_ < rival_ns_) {
    rival_ns_ = release_ns_;
    rival_thread_ = UINT32_MAX;
  }
  current_ = best;
  return true;
}

void event_walk::end_before(std::uint64_t n) {
  end_n_ = n;
  stop_n_ = std::min(boundary_n_, end_n_);
}

bool event_walk::cross_boundary() {
  if (n_ >= end_n_) {
    require_what_was_read();
    return false;
  }
  const std::vector<stream_position> here = positions();
  ++next_boundary_;
  const auto& boundaries = source_->boundaries;
  boundary_n_ = next_boundary_ < boundaries.size() ? boundaries[next_boundary_].n : UINT64_MAX;
  stop_n_ = std::min(boundary_n_, end_n_);
  run_is_safe_ = false;
  for (std::uint32_t i = 0; i < lanes_.size(); ++i) {
    open_chunk(i, here[i].byte);
    find_head(i);
  }
  return true;
}

void event_walk::hold_back(std::int64_t release_ns, std::int64_t patience_ns) {
  release_ns_ = release_ns;
  patience_ns_ = patience_ns;
  run_is_safe_ = false;
}

std::int64_t event_walk::earliest_head_ns() const {
  std::int64_t earliest = INT64_MAX;
  for (const lane& l : lanes_) {
    if (l.has_head) earliest = std::min(earliest, l.head.t_ns);
  }
  return earliest;
}

std::vector<stream_position> event_walk::positions() const {
  std::vector<stream_position> result(lanes_.size());
  for (std::uint32_t i = 0; i < lanes_.size(); ++i) {
    const lane& l = lanes_[i];
    result[i] = {l.chunk, static_cast<std::uint32_t>(l.in - events_of(i)), l.ticks, l.ordinal};
  }
  return result;
}

}  // namespace weft::diary
