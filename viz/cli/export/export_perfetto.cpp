// Writes the trace as Perfetto's protobuf. Rules of the format: slices of one track must nest, so consecutive states of
// a coroutine are written end first. A slice is written when it ends (or when something happens in it), so that a slice
// of no length can become an instant. Each wake is a flow, from an instant on the waker's track to the slice in which
// the woken coroutine runs.
#include <bit>
#include <cmath>
#include <ostream>
#include <string>
#include <unordered_map>
#include <vector>

#include "cli/export/counter_names.hpp"
#include "cli/export/exporters.hpp"
#include "cli/export/lane_plan.hpp"
#include "cli/export/perfetto_writer.hpp"
#include "cli/export/span_walk.hpp"
#include "cli/export/thread_names.hpp"

namespace weft::viz::cli {
namespace {

using diary::coroutine_state;
using diary::coroutine_status;

// Numbers of tracks.
constexpr std::uint64_t process_track = 1, ready_track = 3, live_track = 4;
constexpr std::uint64_t thread_tracks = std::uint64_t{1} << 32, lane_tracks = std::uint64_t{2} << 32,
                        zone_tracks = std::uint64_t{3} << 32, counter_tracks = std::uint64_t{4} << 32,
                        thread_zone_tracks = std::uint64_t{5} << 32, other_processes = std::uint64_t{6} << 32,
                        coroutine_groups = std::uint64_t{7} << 32;

using slice = perfetto_writer::slice;

class perfetto_sink : public span_sink {
 public:
  perfetto_sink(const diary::history& trace, std::ostream& out, bool all_lanes)
      : trace_(trace),
        lanes_(trace, all_lanes ? SIZE_MAX : lane_plan::lane_limit),
        counters_(trace),
        threads_(trace),
        to_(out) {
    group_of(trace.source().info().pid);
  }

  void state_begins(const coroutine_state& c, std::uint64_t owner, std::int64_t t_ns) override {
    const std::size_t lane = lanes_.lane_of(c.id);
    slice s;
    s.begin_ns = t_ns;
    std::string name(diary::to_text(c.status));
    if (c.status == coroutine_status::blocked) name += ": " + std::string(diary::to_text(c.reason));
    if (lanes_.is_shared(lane)) to_.annotate(s, "coroutine", name_and_id(trace_, c.id));
    to_.annotate(s, "event", c.since_event);
    if (c.status == coroutine_status::blocked) {
      if (c.object != 0) to_.annotate(s, "object", trace_.object_label(c.object));
      if (owner != 0) to_.annotate(s, "owner", name_and_id(trace_, owner));
      if (c.fd >= 0) to_.annotate(s, "fd", static_cast<std::uint64_t>(c.fd));
    }
    if (c.status == coroutine_status::ready && c.woken_by != 0) {
      to_.annotate(s, "woken by", name_and_id(trace_, c.woken_by));
    }
    s.name = lanes_.is_shared(lane) ? trace_.coroutine_label(c.id) + " " + name : name;
    s.category = "coroutine";
    if (c.status == coroutine_status::running) s.flows = take_flows(c.id);
    if (lanes_.is_crowded(lane)) {
      to_.instant(lane_track(lane, c.id), s, t_ns);
    } else {
      to_.begin_slice(lane_track(lane, c.id), std::move(s));
    }
  }

  void state_ends(const coroutine_state& c, std::int64_t t_ns) override {
    const std::size_t lane = lanes_.lane_of(c.id);
    if (!lanes_.is_crowded(lane)) to_.end_slice(lane_track(lane, c.id), t_ns);
  }

  void coroutine_ends(const coroutine_state& last, const coroutine_state* final, std::int64_t t_ns) override {
    const std::size_t lane = lanes_.lane_of(last.id);
    to_.pop_all(zone_tracks + lane, t_ns);
    std::vector<std::uint64_t> flows = take_flows(last.id);
    const bool is_notable = final && final->status != coroutine_status::done;
    if (!is_notable && flows.empty()) return;
    slice s;
    s.name = final ? std::string(diary::to_text(final->status)) : "has not run since";
    s.category = "coroutine";
    s.flows = std::move(flows);
    const diary::coroutine_record* const record = trace_.find_coroutine(last.id);
    if (record && final && final->status == coroutine_status::failed) to_.annotate(s, "error", record->error);
    to_.instant(lane_track(lane, last.id), s, t_ns);
  }

  void run_begins(std::uint32_t thread, const coroutine_state& c, std::int64_t t_ns) override {
    slice s;
    s.begin_ns = t_ns;
    s.name = trace_.coroutine_label(c.id);
    s.category = "thread";
    to_.begin_slice(thread_track(thread), std::move(s));
  }
  void run_ends(std::uint32_t thread, std::int64_t t_ns) override { to_.end_slice(thread_track(thread), t_ns); }

  void poll_begins(std::uint32_t thread, std::int64_t t_ns) override {
    slice s;
    s.begin_ns = t_ns;
    s.name = "poll";
    s.category = "thread";
    to_.begin_slice(thread_track(thread), std::move(s));
  }
  void poll_ends(std::uint32_t thread, std::int64_t t_ns) override { to_.end_slice(thread_track(thread), t_ns); }

  void wakes(const coroutine_state& target, std::uint64_t waker, const diary::event& e, std::int64_t t_ns) override {
    slice s;
    s.name = "wakes " + trace_.coroutine_label(target.id);
    s.category = "wake";
    to_.annotate(s, "event", e.n);
    to_.annotate(s, "cause", std::string(diary::to_text(target.woken_cause)));
    const std::uint64_t flow = e.n + 1;  // 0 is no flow
    flows_[target.id].push_back(flow);
    to_.instant(waker != 0 ? track_of(waker) : thread_track(e.thread), s, t_ns, flow);
  }

  void says(const diary::event& e, std::uint64_t running, std::int64_t t_ns) override {
    const std::uint64_t track = running != 0 ? track_of(running) : thread_track(e.thread);
    if (e.type == diary::event_type::mark) {
      slice s;
      s.name = shown_name(diary::sanitised(e.text));
      s.category = "mark";
      to_.instant(track, s, t_ns);
    } else if (e.type == diary::event_type::counter) {
      // No viewer can place such a sample on a track.
      if (!std::isfinite(std::bit_cast<double>(e.args[1]))) return;
      const std::string& name = counters_.of(e.args[0]);
      const std::uint64_t counter = counter_of_.try_emplace(name, counter_tracks + counter_of_.size()).first->second;
      to_.declare_counter(counter, process_track, name);
      to_.count(counter, std::bit_cast<double>(e.args[1]), t_ns);
    } else if (running != 0 && lanes_.is_crowded(lanes_.lane_of(running))) {
      slice s;
      const bool begins = e.type == diary::event_type::zone_begin;
      s.name = trace_.coroutine_label(running) +
               (begins ? " begins " + shown_name(trace_.string(e.args[0])) : " ends a zone");
      s.category = "zone";
      to_.instant(track, s, t_ns);
    } else {
      const std::uint64_t zones = running != 0 ? zone_tracks + lanes_.lane_of(running) : thread_zone_tracks + e.thread;
      if (e.type == diary::event_type::zone_end) {
        to_.pop_slice(zones, t_ns);
      } else {
        if (!to_.is_declared(zones)) to_.declare_track(zones, track, "zones");
        to_.push_slice(zones, shown_name(trace_.string(e.args[0])), "zone", t_ns);
      }
    }
  }

  void ready_depth_is(std::uint32_t thread, std::size_t depth, std::int64_t t_ns) override {
    if (thread >= ready_.size()) ready_.resize(thread + 1);
    ready_sum_ += depth - ready_[thread];
    ready_[thread] = depth;
    to_.declare_counter(ready_track, process_track, counter_names::ready);
    to_.count(ready_track, std::uint64_t{ready_sum_}, t_ns);
  }
  void live_count_is(std::size_t live, std::int64_t t_ns) override {
    to_.declare_counter(live_track, process_track, counter_names::live);
    to_.count(live_track, std::uint64_t{live}, t_ns);
  }

  void finish() { to_.finish(); }

 private:
  std::uint64_t track_of(std::uint64_t coroutine) { return lane_track(lanes_.lane_of(coroutine), coroutine); }

  // `who` is a coroutine of the lane.
  std::uint64_t lane_track(std::size_t lane, std::uint64_t who) {
    const std::uint64_t track = lane_tracks + lane;
    if (!to_.is_declared(track)) to_.declare_track(track, group_of(threads_.pid_of(who)), lanes_.name(lane), lane);
    return track;
  }

  // The group that contains the lanes of a process.
  std::uint64_t group_of(std::uint64_t pid) {
    const bool is_main = pid == trace_.source().info().pid;
    const std::uint64_t process = is_main ? process_track : other_processes + pid, group = coroutine_groups + pid;
    to_.declare_process(process, pid, threads_.program_of(pid));
    if (!to_.is_declared(group)) to_.declare_group(group, process, "coroutines");
    return group;
  }

  std::uint64_t thread_track(std::uint32_t index) {
    const std::uint64_t track = thread_tracks + index;
    if (to_.is_declared(track)) return track;
    const std::uint64_t pid = threads_.pid(index), tid = threads_.tid(index);
    group_of(pid);
    to_.declare_thread(track, pid, tid != 0 ? tid : pid + index, threads_.name(index));
    return track;
  }

  std::vector<std::uint64_t> take_flows(std::uint64_t coroutine) {
    const auto found = flows_.find(coroutine);
    if (found == flows_.end()) return {};
    std::vector<std::uint64_t> flows = std::move(found->second);
    flows_.erase(found);
    return flows;
  }

  const diary::history& trace_;
  lane_plan lanes_;
  counter_names counters_;
  std::unordered_map<std::string, std::uint64_t> counter_of_;  // tracks, by name
  thread_names threads_;
  perfetto_writer to_;
  std::unordered_map<std::uint64_t, std::vector<std::uint64_t>>
      flows_;                       // by coroutine: wakes after which it did not run
  std::vector<std::size_t> ready_;  // by thread
  std::size_t ready_sum_ = 0;
};

}  // namespace

void export_perfetto(const diary::history& trace, std::ostream& out, const export_options& options) {
  perfetto_sink sink(trace, out, options.all_lanes);
  span_walk(trace, sink, options.shift_ns).run(options.go_on);
  sink.finish();
  out.flush();
}

}  // namespace weft::viz::cli
