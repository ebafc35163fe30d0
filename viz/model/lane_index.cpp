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

constexpr std::uint64_t before_this_half = UINT64_MAX;

}  // namespace

lane_index::lane_index(const settings& how, const diary::scheduler_state& before, bool will_join)
    : lane_index(how) {
  will_join_ = will_join;
  half_begin_ns_ = end_ns_ = before.now_ns();
  // How long somebody has waited a checkpoint knows only roughly, so the half before counts it up to here. Who runs has
  // begun to behind the checkpoint, if all is well, and the run must stay whole to be seen to be long.
  const auto open = [&](std::uint32_t place, span_kind kind, std::int64_t since_ns) {
    open_state now;
    now.since_ns = kind == span_kind::running ? since_ns : half_begin_ns_;
    now.lane = place;
    now.kind = kind;
    now.head = will_join_;
    return now;
  };
  for (const diary::coroutine_state* c : before.coroutines()) {
    const auto place = static_cast<std::uint32_t>(lanes_.size());
    lane& l = lanes_.emplace_back();
    l.id = c->id;
    l.slot = c->slot;
    l.thread = c->thread;
    lane_by_id_[c->id] = place + 1;
    const open_state& now = lives_[c->slot] = open(place, kind_of(c->status, c->reason), c->since_ns);
    beginnings_.push_back({c->id, c->slot, now.kind, now.since_ns});
  }
  for (const diary::thread_state& t : before.threads()) {
    thread_lane& thread = threads_.emplace_back();
    if (!t.has_events) continue;
    thread.running = t.running_slot;
    if (const open_state* who = living(t.running_slot)) thread.run_lane = who->lane;
    thread.run_since_ns = t.since_ns;
    thread.run_event = before_this_half;
    thread.has_switched = true;
    thread.now = open(0, t.running_slot != 0 ? span_kind::running : span_kind::nothing, t.since_ns);
    thread.l.slot = 1;
    thread_beginnings_.push_back({threads_.size(), t.running_slot, thread.now.kind, thread.now.since_ns});
  }
}

void lane_index::take(const event& e, diary::history* names) {
  end_ns_ = std::max(end_ns_, e.t_ns);
  note_thread(e);
  using t = event_type;
  switch (e.type) {
    case t::enter:
    case t::yield:
    case t::sleep:
    case t::block:
    case t::block_fd:
    case t::wake:
    case t::wake_fd:
    case t::wake_timer:
    case t::wake_remote:
      if (const open_state* now = lives_.find(e.args[0])) __builtin_prefetch(now, 1);
      waiting_[waiting_count_++] = {e.t_ns, e.n, e.args[0], e.args[1], e.thread, e.type};
      if (waiting_count_ == most_waiting) settle();
      return;
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

void lane_index::apply(const step& s) {
  go_to_bucket(s.t_ns);
  if (s.type < event_type::wake) {
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

// `slot` runs on the thread from here on, 0: nobody.
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
    // Whoever is not told of has ended where events are missing.
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
  // A part that will join must keep the length of the others' buckets.
  while (!will_join_ && (bucket_ >= how_.most_columns || bucket_count_ > how_.most_buckets)) {
    const std::size_t before = bucket_count_;
    widen();
    bucket_ = scale_.bucket_of(t_ns);
    if (bucket_ < how_.most_columns && bucket_count_ * 4 > before * 3) {
      how_.most_buckets = bucket_count_ * 2;  // so many short lives: longer buckets are of no help
    }
  }
  const time_range range = scale_.range_of(bucket_);
  bucket_begin_ns_ = range.begin_ns;
  bucket_end_ns_ = range.end_ns;
}

// The state that goes on ends at t_ns, in another bucket than it began, or as a run that was too long.
void lane_index::spread(open_state& now, lane& l, std::int64_t t_ns) {
  if (t_ns < now.since_ns) return;  // another thread's clock
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

// No more will come into this bucket of the lane.
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
    // The other half of the bucket that is being filled is not full any more.
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

bool lane_index::fits(const lane_index& later) const {
  if (!(later.scale_ == scale_) || later.half_begin_ns_ != end_ns_) return false;
  const auto same = [](const open_state& now, const beginning& b) {
    return now.kind == b.kind && (b.kind != span_kind::running || now.since_ns == b.since_ns);
  };
  const auto living_count = std::count_if(lanes_.begin(), lanes_.end(), [](const lane& l) { return l.slot != 0; });
  if (static_cast<std::size_t>(living_count) != later.beginnings_.size()) return false;
  for (const beginning& b : later.beginnings_) {
    const std::uint32_t place = lane_of(b.id);
    if (place == no_lane || lanes_[place].slot != b.slot || !same(*living(b.slot), b)) return false;
  }
  if (later.thread_beginnings_.size() != threads_.size()) return false;
  for (const beginning& b : later.thread_beginnings_) {
    if (b.id > threads_.size()) return false;
    const thread_lane& t = threads_[b.id - 1];
    if (t.l.slot == 0 || t.running != b.slot || !same(t.now, b)) return false;
  }
  return true;
}

void lane_index::join_lane(lane& to, open_state& to_now, lane& from, open_state& from_now, std::int64_t border_ns) {
  if (to_now.kind != span_kind::running) spread(to_now, to, border_ns);
  to.slot = from.slot;
  to.thread = from.thread;
  if (from.head) {
    for (std::size_t k = 0; k < to_now.sums.size(); ++k) from.head->sums[k] += to_now.sums[k];
    to.mip.append(from.head->bucket, packed(from.head->sums, from.head->severity | to_now.severity, scale_.bucket_ns));
    for (std::size_t i = 0; i < from.mip.buckets.size(); ++i) {
      to.mip.append(from.mip.first + static_cast<std::uint32_t>(i), from.mip.buckets[i]);
    }
  } else {
    for (std::size_t k = 0; k < to_now.sums.size(); ++k) from_now.sums[k] += to_now.sums[k];
    from_now.severity |= to_now.severity;
  }
  to_now = from_now;
  to_now.head = false;
  from.mip = {};
  from.head.reset();
}

bool lane_index::join(lane_index& later, diary::history& names) {
  settle();
  later.settle();
  if (!fits(later)) return false;
  for (const pending_event& p : later.pending_) names.take(p.what, p.running);
  open_state none;
  for (const beginning& b : later.beginnings_) {
    lane& from = later.lanes_[later.lane_of(b.id)];
    open_state* goes_on = from.slot != 0 ? later.living(from.slot) : nullptr;
    const std::uint32_t place = lane_of(b.id);
    open_state now = *living(b.slot);
    join_lane(lanes_[place], now, from, goes_on != nullptr ? *goes_on : none, later.half_begin_ns_);
    lives_[b.slot] = {};
    if (goes_on != nullptr) *goes_on = now;
  }
  for (std::size_t i = later.beginnings_.size(); i < later.lanes_.size(); ++i) {
    lane_by_id_[later.lanes_[i].id] = static_cast<std::uint32_t>(lanes_.size()) + 1;
    lanes_.push_back(std::move(later.lanes_[i]));
  }
  for (std::uint32_t i = 0; i < lanes_.size(); ++i) {
    if (lanes_[i].slot == 0) continue;
    open_state& now = lives_[lanes_[i].slot] = *later.living(lanes_[i].slot);
    now.lane = i;
  }
  for (held_run run : later.held_) {
    if (run.begin_event == before_this_half) run.begin_event = threads_[run.thread].run_event;
    held_.push_back(run);
  }
  for (std::size_t i = 0; i < later.threads_.size(); ++i) {
    thread_lane& from = later.threads_[i];
    if (i == threads_.size()) {
      threads_.push_back(std::move(from));
    } else {
      thread_lane& to = threads_[i];
      join_lane(to.l, to.now, from.l, from.now, later.half_begin_ns_);
      if (from.run_event == before_this_half) from.run_event = to.run_event;
      from.now = to.now;
      from.l = std::move(to.l);
      to = std::move(from);
    }
    const open_state* who = living(threads_[i].running);
    threads_[i].run_lane = who != nullptr ? who->lane : no_lane;
  }
  end_ns_ = std::max(end_ns_, later.end_ns_);
  bucket_count_ = 0;
  for (const lane& l : lanes_) bucket_count_ += l.mip.buckets.size();
  bucket_begin_ns_ = bucket_end_ns_ = 0;
  later = lane_index(how_);
  return true;
}

std::uint32_t lane_index::lane_of(std::uint64_t coroutine_id) const {
  const std::uint32_t* const place = lane_by_id_.find(coroutine_id);
  return place != nullptr && *place != 0 ? *place - 1 : no_lane;
}

time_range lane_index::extent(std::uint32_t number) const {
  const lane& l = lanes_[number];
  const std::int64_t begin_ns =
      l.mip.buckets.empty() && l.slot != 0 ? living(l.slot)->since_ns : scale_.begin_of(l.mip.first);
  return {begin_ns, l.slot != 0 ? end_ns_ : scale_.begin_of(l.mip.end())};
}

mip_sums lane_index::sums_of(const lane& l, const open_state* now, time_range range) const {
  mip_sums result;
  const auto add_bucket = [&](std::uint32_t number, const mip_bucket& b) {
    const time_range whole = scale_.range_of(number);
    const std::int64_t shared = std::min(whole.end_ns, range.end_ns) - std::max(whole.begin_ns, range.begin_ns);
    if (shared <= 0) return;
    add(result, b, static_cast<double>(shared) / static_cast<double>(scale_.bucket_ns), scale_.bucket_ns);
  };
  if (range.length_ns() <= 0) return result;
  const std::uint32_t last = std::min(l.mip.end(), scale_.bucket_of(range.end_ns - 1) + 1);
  for (std::uint32_t i = std::max(l.mip.first, scale_.bucket_of(range.begin_ns)); i < last; ++i) {
    add_bucket(i, l.mip.buckets[i - l.mip.first]);
  }
  if (now == nullptr || l.slot == 0) return result;
  add_bucket(scale_.bucket_of(now->since_ns), packed(now->sums, now->severity, scale_.bucket_ns));
  const std::int64_t open_ns = std::min(end_ns_, range.end_ns) - std::max(now->since_ns, range.begin_ns);
  if (open_ns > 0) {
    result.ns[static_cast<std::size_t>(now->kind)] += static_cast<double>(open_ns);
    if (now->kind == span_kind::running && end_ns_ - now->since_ns >= how_.long_run_ns) {
      result.severity |= severity::long_run;
    }
  }
  return result;
}

std::vector<mip_bucket> lane_index::buckets_of(std::uint32_t number) const {
  const lane& l = lanes_[number];
  std::vector<mip_bucket> all(l.mip.first);
  all.insert(all.end(), l.mip.buckets.begin(), l.mip.buckets.end());
  if (l.slot == 0) return all;
  open_state now = *living(l.slot);
  const bool is_long = now.kind == span_kind::running && end_ns_ - now.since_ns >= how_.long_run_ns;
  std::uint32_t bucket = scale_.bucket_of(now.since_ns);
  all.resize(bucket);
  for (; bucket <= scale_.bucket_of(end_ns_); ++bucket) {
    const std::int64_t to_ns = std::min(end_ns_, scale_.begin_of(bucket + 1));
    now.sums[static_cast<std::size_t>(now.kind)] += std::max<std::int64_t>(0, to_ns - now.since_ns);
    if (is_long) now.severity |= severity::long_run;
    all.push_back(packed(now.sums, now.severity, scale_.bucket_ns));
    now.sums = {};
    now.severity = 0;
    now.since_ns = to_ns;
  }
  return all;
}

std::size_t lane_index::memory_bytes() const {
  std::size_t sum = sizeof *this + lanes_.capacity() * sizeof(lane) + pending_.capacity() * sizeof(pending_event);
  for (const lane& l : lanes_) sum += l.mip.buckets.capacity() * sizeof(mip_bucket) + sizeof(open_state);
  for (const thread_lane& t : threads_) sum += sizeof t + t.l.mip.buckets.capacity() * sizeof(mip_bucket);
  return sum + held_.capacity() * sizeof(held_run);
}

}  // namespace weft::viz
