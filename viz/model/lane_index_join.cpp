// A lane_index that starts in the middle of a trace, and how the first half appends it.
#include <algorithm>

#include "model/lane_index.hpp"

namespace weft::viz {
namespace {

constexpr std::uint64_t before_this_half = UINT64_MAX;

}  // namespace

lane_index::lane_index(const settings& how, const diary::scheduler_state& before, bool will_join) : lane_index(how) {
  will_join_ = will_join;
  half_begin_ns_ = end_ns_ = before.now_ns();
  // A checkpoint says only roughly since when a coroutine waits, so the first half counts waits up to here. The running
  // coroutine normally started its run after the checkpoint. Its run must stay whole, so that a run that is too long is
  // noticed.
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
      if (from.tid == 0) {
        from.tid = to.tid;
        from.name = std::move(to.name);
      }
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

}  // namespace weft::viz
