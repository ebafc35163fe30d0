#include "model/lane_index.hpp"

#include <algorithm>

namespace weft::viz {
namespace {

using diary::coroutine_status;
using diary::event;
using diary::event_type;
using diary::wait_reason;

span_kind waiting_kind(std::uint64_t reason) {
  const bool is_known = reason < diary::wait_reason_count;
  return kind_of(coroutine_status::blocked, is_known ? static_cast<wait_reason>(reason) : wait_reason::none);
}

bool is_waiting(span_kind kind) { return kind >= span_kind::io; }

}  // namespace

void lane_index::take(const event& e, diary::history* names) {
  end_ns_ = std::max(end_ns_, e.t_ns);
  note_thread(e);
  using t = event_type;
  const diary::event_family family = diary::family_of(e.type);
  const bool is_step = family == diary::event_family::switching || family == diary::event_family::wake;
  if (is_step && e.type != t::finish) {
    if (const open_state* now = lives_.find(e.args[0])) __builtin_prefetch(now, 1);
    waiting_[waiting_count_++] = {e.t_ns, e.n, e.args[0], e.args[1], e.thread, e.type};
    if (waiting_count_ == most_waiting) settle();
    return;
  }
  switch (e.type) {
    case t::queue_put:
    case t::queue_get:
    case t::poll_begin:
    case t::poll_end:
      return;
    default:
      break;
  }
  settle();
  go_to_bucket(e.t_ns);
  thread_lane& thread = threads_[e.thread];
  if (diary::history::is_told(e.type)) {
    const open_state* now = e.type == t::checkpoint_coroutine ? living(e.args[0]) : nullptr;
    const bool is_old = now != nullptr && lanes_[now->lane].id == e.args[1];
    if (names != nullptr) {
      names->take(e, thread.running);
    } else if (!is_old && will_join_) {
      pending_.push_back({e, thread.running});
    }
  }
  switch (e.type) {
    case t::finish:
      switch_event({e.t_ns, e.n, e.args[0], e.args[1], e.thread, e.type});
      break;
    case t::spawn:
      begin_life(e, span_kind::ready);
      break;
    case t::spawn_after:
      begin_life(e, span_kind::sleeping);
      break;
    case t::take_over:
      if (const open_state* now = living(e.args[0])) lanes_[now->lane].thread = e.thread;
      break;
    case t::loss:
      thread.knows_past = false;
      break;
    case t::thread_start:
      thread.tid = e.args[0];
      thread.name = diary::sanitised(e.text);
      break;
    case t::generation:
      thread.tid = e.args[1];
      thread.name = diary::sanitised(e.text);
      break;
    case t::checkpoint_begin:
    case t::checkpoint_coroutine:
    case t::checkpoint_end:
      checkpoint_event(thread, e);
      break;
    default:
      break;
  }
}

void lane_index::note_thread(const event& e) {
  while (e.thread >= threads_.size()) threads_.emplace_back();
  thread_lane& thread = threads_[e.thread];
  if (!thread.has_events) {
    thread.has_events = true;
    if (thread.l.slot == 0) {
      thread.l.slot = 1;
      thread.now.since_ns = thread.run_since_ns = e.t_ns;
      thread.knows_past = e.ordinal == 0;
    }
  } else if (e.ordinal != thread.next_ordinal) {
    settle();
    thread.knows_past = false;
  }
  thread.next_ordinal = e.ordinal + 1;
}

// Prefetches the data of the steps in three rounds, because each round needs what the one before has loaded: thousands
// of lanes do not fit into the cache.
void lane_index::settle() {
  std::array<lane*, most_waiting> full{};
  std::size_t full_count = 0;
  for (std::size_t i = 0; i < waiting_count_; ++i) {
    const open_state* now = living(waiting_[i].slot);
    if (now == nullptr || now->since_ns >= bucket_begin_ns_) continue;
    full[full_count++] = &lanes_[now->lane];
    __builtin_prefetch(&full[full_count - 1]->mip, 1);
  }
  for (std::size_t i = 0; i < full_count; ++i) {
    const std::vector<mip_bucket>& buckets = full[i]->mip.buckets;
    __builtin_prefetch(buckets.data() + buckets.size(), 1);
  }
  for (std::size_t i = 0; i < waiting_count_; ++i) apply(waiting_[i]);
  waiting_count_ = 0;
}

void lane_index::apply(const step& s) {
  go_to_bucket(s.t_ns);
  if (is_switch(s.type)) {
    switch_event(s);
  } else if (open_state* now = living(s.slot); now != nullptr && is_waiting(now->kind)) {
    change(*now, span_kind::ready, s.t_ns);
  }
}

void lane_index::switch_event(const step& s) {
  thread_lane& thread = threads_[s.thread];
  thread.has_switched = true;
  if (open_state* from = living(thread.running)) {
    if (s.type == event_type::finish) {
      end_life(thread.running, s.t_ns, s.detail == static_cast<std::uint64_t>(coroutine_status::failed));
    } else if (s.slot == thread.running) {
      change(*from, span_kind::running, s.t_ns);
    } else {
      const span_kind kind = s.type == event_type::sleep                                     ? span_kind::sleeping
                             : s.type == event_type::block || s.type == event_type::block_fd ? waiting_kind(s.detail)
                                                                                             : span_kind::ready;
      change(*from, kind, s.t_ns);
    }
  }
  change_run(s.thread, s.slot, s.t_ns, s.n);
}

// From here on `slot` runs on the thread; 0: nobody.
void lane_index::change_run(std::uint32_t number, std::uint64_t slot, std::int64_t t_ns, std::uint64_t n) {
  thread_lane& thread = threads_[number];
  if (thread.run_lane != no_lane && t_ns - thread.run_since_ns >= how_.long_run_ns) {
    held_.push_back({number, lanes_[thread.run_lane].id, thread.run_event, n, {thread.run_since_ns, t_ns}});
  }
  open_state* next = living(slot);
  thread.running = next != nullptr ? slot : 0;
  thread.run_lane = next != nullptr ? next->lane : no_lane;
  thread.run_since_ns = t_ns;
  thread.run_event = n;
  if (next != nullptr) change(*next, span_kind::running, t_ns);
  change(thread.now, thread.l, next != nullptr ? span_kind::running : span_kind::nothing, t_ns);
}

void lane_index::begin_life(const event& e, span_kind kind) {
  const std::uint64_t slot = e.args[0], id = e.args[1];
  if (slot == 0 || id == 0) return;
  if (living(slot) != nullptr) end_life(slot, e.t_ns, false);
  std::uint32_t place = lane_of(id);
  if (place == no_lane) {
    place = static_cast<std::uint32_t>(lanes_.size());
    lanes_.emplace_back().id = id;
    lane_by_id_[id] = place + 1;
  } else if (lanes_[place].slot != 0) {
    end_life(lanes_[place].slot, e.t_ns, false);
  }
  lanes_[place].slot = slot;
  lanes_[place].thread = e.thread;
  open_state now;
  now.since_ns = e.t_ns;
  now.lane = place;
  now.kind = kind;
  now.severity = severity::changed;
  lives_[slot] = now;
}

void lane_index::end_life(std::uint64_t slot, std::int64_t t_ns, bool failed) {
  open_state& now = *living(slot);
  lane& l = lanes_[now.lane];
  change(now, l, span_kind::nothing, t_ns);
  if (failed) now.severity |= severity::failed;
  fill(now, l, scale_.bucket_of(now.since_ns));
  l.slot = 0;
  now = {};
}

void lane_index::checkpoint_event(thread_lane& thread, const event& e) {
  if (e.type == event_type::checkpoint_coroutine) {
    checkpoint_coroutine(thread, e);
    return;
  }
  if (e.type == event_type::checkpoint_begin) {
    const bool sets = !thread.knows_past || !thread.has_switched;
    thread.checkpoint = sets ? e.n + 1 : 0;
    if (sets && thread.running != e.args[1]) change_run(e.thread, 0, e.t_ns, e.n);
    return;
  }
  if (thread.checkpoint != 0) {
    // A coroutine that the checkpoint does not list has ended where events are missing.
    for (const lane& l : lanes_) {
      if (l.slot != 0 && l.thread == e.thread && l.seen != thread.checkpoint) end_life(l.slot, e.t_ns, false);
    }
  }
  thread.checkpoint = 0;
  thread.knows_past = true;
}

void lane_index::checkpoint_coroutine(thread_lane& thread, const event& e) {
  if (thread.checkpoint == 0) return;
  const auto status = static_cast<coroutine_status>(e.args[5] & 15);
  if (e.args[0] == 0 || e.args[1] == 0 || status == coroutine_status::none || diary::ended(status)) return;
  const span_kind kind = status == coroutine_status::running ? span_kind::running
                         : status == coroutine_status::ready ? span_kind::ready
                                                             : waiting_kind(e.args[5] >> 4);
  open_state* now = living(e.args[0]);
  if (now == nullptr || lanes_[now->lane].id != e.args[1]) {
    begin_life(e, kind);
    now = living(e.args[0]);
  } else if (now->kind != kind) {
    change(*now, kind, e.t_ns);
  }
  lanes_[now->lane].thread = e.thread;
  lanes_[now->lane].seen = thread.checkpoint;
  if (kind == span_kind::running && thread.running != e.args[0]) change_run(e.thread, e.args[0], e.t_ns, e.n);
}

void lane_index::find_bucket(std::int64_t t_ns) {
  bucket_ = scale_.bucket_of(t_ns);
  // A later half that will join must keep the bucket length of the first half.
  while (!will_join_ && (bucket_ >= how_.most_columns || bucket_count_ > how_.most_buckets)) {
    const std::size_t before = bucket_count_;
    widen();
    bucket_ = scale_.bucket_of(t_ns);
    if (bucket_ < how_.most_columns && bucket_count_ * 4 > before * 3) {
      how_.most_buckets = bucket_count_ * 2;  // there are so many short lives that longer buckets do not help
    }
  }
  const time_range range = scale_.range_of(bucket_);
  bucket_begin_ns_ = range.begin_ns;
  bucket_end_ns_ = range.end_ns;
}

// Ends the current state at t_ns if it spans several buckets or is a run that was too long.
void lane_index::spread(open_state& now, lane& l, std::int64_t t_ns) {
  if (t_ns < now.since_ns) return;  // clocks of two threads may differ
  const bool is_long = now.kind == span_kind::running && t_ns - now.since_ns >= how_.long_run_ns;
  const std::uint8_t with = is_long ? severity::long_run : 0;
  const auto kind = static_cast<std::size_t>(now.kind);
  const std::uint32_t last = scale_.bucket_of(t_ns);
  for (std::uint32_t bucket = scale_.bucket_of(now.since_ns); bucket < last; ++bucket) {
    const std::int64_t end_ns = scale_.begin_of(bucket + 1);
    now.sums[kind] += end_ns - std::max(now.since_ns, scale_.begin_ns);
    now.since_ns = end_ns;
    now.severity |= with;
    fill(now, l, bucket);
  }
  now.sums[kind] += std::max<std::int64_t>(0, t_ns - std::max(now.since_ns, scale_.begin_ns));
  now.since_ns = t_ns;
  now.severity |= with;
}

// Stores a bucket of the lane: nothing more will be added to it.
void lane_index::fill(open_state& now, lane& l, std::uint32_t bucket) {
  if (now.head) {
    l.head = std::make_unique<lane_head>(lane_head{bucket, now.severity, now.sums});
    now.head = false;
  } else {
    const std::size_t before = l.mip.buckets.size();
    l.mip.append(bucket, packed(now.sums, now.severity, scale_.bucket_ns));
    bucket_count_ += l.mip.buckets.size() - before;
  }
  now.sums = {};
  now.severity = 0;
}

void lane_index::widen() {
  const auto widen_lane = [&](lane& l, open_state* now) {
    const std::uint32_t bucket = now != nullptr ? scale_.bucket_of(now->since_ns) : 0;
    // Halving pairs the current bucket with the last stored one, which is not complete any more: take it back.
    if (bucket % 2 == 1 && !l.mip.buckets.empty() && l.mip.end() == bucket) {
      const state_sums half = unpacked(l.mip.buckets.back(), scale_.bucket_ns);
      for (std::size_t k = 0; k < half.size(); ++k) now->sums[k] += half[k];
      now->severity |= l.mip.buckets.back().severity;
      l.mip.buckets.pop_back();
    }
    l.mip.halve();
    bucket_count_ += l.mip.buckets.size();
  };
  bucket_count_ = 0;
  for (lane& l : lanes_) widen_lane(l, living(l.slot));
  for (thread_lane& t : threads_) widen_lane(t.l, &t.now);
  scale_.bucket_ns *= 2;
  bucket_end_ns_ = bucket_begin_ns_ = 0;
}

}  // namespace weft::viz
