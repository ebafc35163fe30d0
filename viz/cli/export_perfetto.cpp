// The trace as Perfetto's protobuf. What counts there: slices of one track must nest, so the states of a coroutine,
// which follow each other, are written end first; a slice is written when it ends (or when something happens in it), so
// that one of no length can be an instant; each wake is a flow of its own, from an instant on the waker's track to the
// slice in which the woken one runs.
#include <algorithm>
#include <optional>
#include <ostream>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "cli/exporters.hpp"
#include "cli/lane_plan.hpp"
#include "cli/protobuf_writer.hpp"
#include "cli/span_walk.hpp"

namespace weft::viz::cli {
namespace {

using diary::coroutine_state;
using diary::coroutine_status;

// Field numbers of Perfetto's schema, by message.
namespace trace_field {
constexpr unsigned packet = 1;
}
namespace packet_field {
constexpr unsigned timestamp = 8, sequence_id = 10, track_event = 11, interned_data = 12, sequence_flags = 13,
                   track_descriptor = 60;
}
namespace interned_field {
constexpr unsigned event_categories = 1, event_names = 2, debug_annotation_names = 3, iid = 1, name = 2;
}
namespace track_field {
constexpr unsigned uuid = 1, name = 2, process = 3, thread = 4, parent_uuid = 5, counter = 8, child_ordering = 11,
                   sibling_order_rank = 12, description = 14, sibling_merge_behavior = 15;
constexpr unsigned process_pid = 1, process_name = 6, thread_pid = 1, thread_tid = 2, thread_name = 5;
constexpr std::uint64_t order_explicit = 3, merge_none = 2;
}  // namespace track_field
namespace event_field {
constexpr unsigned category_iids = 3, debug_annotations = 4, type = 9, name_iid = 10, track_uuid = 11, name = 23,
                   counter_value = 30, double_counter_value = 44, flow_ids = 47, terminating_flow_ids = 48;
constexpr unsigned annotation_name_iid = 1, annotation_uint = 3, annotation_text = 6;
}  // namespace event_field

enum class event_kind : std::uint64_t { begin = 1, end = 2, instant = 3, counter = 4 };

constexpr std::uint64_t state_cleared = 1, needs_state = 2;
constexpr std::uint64_t sequence = 1;  // one writer, one sequence

constexpr std::uint64_t process_track = 1, coroutines_track = 2, ready_track = 3, live_track = 4;
constexpr std::uint64_t thread_tracks = std::uint64_t{1} << 32, lane_tracks = std::uint64_t{2} << 32,
                        zone_tracks = std::uint64_t{3} << 32, counter_tracks = std::uint64_t{4} << 32,
                        thread_zone_tracks = std::uint64_t{5} << 32;

// A small number for each text that repeats; what is new goes out with the next packet.
class interned {
 public:
  explicit interned(unsigned field) : field_(field) {}
  std::uint64_t iid(const std::string& text, protobuf_writer& data) {
    const auto [found, is_new] = iids_.try_emplace(text, iids_.size() + 1);
    if (is_new) {
      protobuf_writer entry;
      entry.varint(interned_field::iid, found->second);
      entry.text(interned_field::name, text);
      data.message(field_, entry);
    }
    return found->second;
  }

 private:
  unsigned field_;
  std::unordered_map<std::string, std::uint64_t> iids_;
};

class perfetto_sink : public span_sink {
 public:
  perfetto_sink(const diary::history& trace, std::ostream& out, bool all_lanes)
      : trace_(trace), out_(out), lanes_(trace, all_lanes ? SIZE_MAX : lane_plan::own_lane_limit) {
    declare_process();
  }

  void state_begins(const coroutine_state& c, std::uint64_t owner, std::int64_t t_ns) override {
    const std::size_t lane = lanes_.lane_of(c.id);
    slice s;
    s.begin_ns = t_ns;
    std::string name(diary::to_text(c.status));
    if (c.status == coroutine_status::blocked) name += ": " + std::string(diary::to_text(c.reason));
    if (lanes_.is_shared(lane)) annotate(s.annotations, "coroutine", name_and_id(trace_, c.id));
    annotate(s.annotations, "event", c.since_event);
    if (c.status == coroutine_status::blocked) {
      if (c.object != 0) annotate(s.annotations, "object", trace_.object_label(c.object));
      if (owner != 0) annotate(s.annotations, "owner", name_and_id(trace_, owner));
      if (c.fd >= 0) annotate(s.annotations, "fd", static_cast<std::uint64_t>(c.fd));
    }
    if (c.status == coroutine_status::ready && c.woken_by != 0) {
      annotate(s.annotations, "woken by", name_and_id(trace_, c.woken_by));
    }
    s.name = lanes_.is_shared(lane) ? trace_.coroutine_label(c.id) + " " + name : name;
    s.category = "coroutine";
    if (c.status == coroutine_status::running) s.flows = take_flows(c.id);
    begin_slice(lane_track(lane), std::move(s));
  }

  void state_ends(const coroutine_state& c, std::int64_t t_ns) override {
    end_slice(lane_track(lanes_.lane_of(c.id)), t_ns);
  }

  void coroutine_ends(const coroutine_state& last, const coroutine_state* final, std::int64_t t_ns) override {
    const std::size_t lane = lanes_.lane_of(last.id);
    close_zones(zone_tracks + lane, t_ns);
    std::vector<std::uint64_t> flows = take_flows(last.id);
    const bool is_notable = final && final->status != coroutine_status::done;
    if (!is_notable && flows.empty()) return;
    slice s;
    s.name = final ? std::string(diary::to_text(final->status)) : "has not run since";
    s.category = "coroutine";
    s.flows = std::move(flows);
    const diary::coroutine_record* const record = trace_.find_coroutine(last.id);
    if (record && final && final->status == coroutine_status::failed) annotate(s.annotations, "error", record->error);
    instant(lane_track(lane), s, t_ns);
  }

  void run_begins(std::uint32_t thread, const coroutine_state& c, std::int64_t t_ns) override {
    slice s;
    s.begin_ns = t_ns;
    s.name = trace_.coroutine_label(c.id);
    s.category = "thread";
    begin_slice(thread_track(thread), std::move(s));
  }
  void run_ends(std::uint32_t thread, std::int64_t t_ns) override { end_slice(thread_track(thread), t_ns); }

  void poll_begins(std::uint32_t thread, std::int64_t t_ns) override {
    slice s;
    s.begin_ns = t_ns;
    s.name = "poll";
    s.category = "thread";
    begin_slice(thread_track(thread), std::move(s));
  }
  void poll_ends(std::uint32_t thread, std::int64_t t_ns) override { end_slice(thread_track(thread), t_ns); }

  void wakes(const coroutine_state& target, std::uint64_t waker, const diary::event& e, std::int64_t t_ns) override {
    slice s;
    s.name = "wakes " + trace_.coroutine_label(target.id);
    s.category = "wake";
    annotate(s.annotations, "event", e.n);
    annotate(s.annotations, "cause", std::string(diary::to_text(target.woken_cause)));
    const std::uint64_t flow = e.n + 1;  // 0 is no flow
    flows_[target.id].push_back(flow);
    instant(waker != 0 ? lane_track(lanes_.lane_of(waker)) : thread_track(e.thread), s, t_ns, flow);
  }

  void says(const diary::event& e, std::uint64_t running, std::int64_t t_ns) override {
    const std::uint64_t track = running != 0 ? lane_track(lanes_.lane_of(running)) : thread_track(e.thread);
    if (e.type == diary::event_type::mark) {
      slice s;
      s.name = diary::sanitised(e.text);
      s.category = "mark";
      instant(track, s, t_ns);
    } else if (e.type == diary::event_type::counter) {
      const std::uint64_t counter = counter_tracks + (e.args[0] & 0xffff'ffff);
      declare_counter(counter, trace_.string(e.args[0]));
      protobuf_writer event = new_event(event_kind::counter, counter);
      event.real(event_field::double_counter_value, std::bit_cast<double>(e.args[1]));
      write_event(event, t_ns);
    } else {
      const std::uint64_t zones = running != 0 ? zone_tracks + lanes_.lane_of(running) : thread_zone_tracks + e.thread;
      take_zone(e, zones, track, t_ns);
    }
  }

  void ready_depth_is(std::uint32_t thread, std::size_t depth, std::int64_t t_ns) override {
    if (thread >= ready_.size()) ready_.resize(thread + 1);
    ready_sum_ += depth - ready_[thread];
    ready_[thread] = depth;
    declare_counter(ready_track, "ready coroutines");
    count(ready_track, ready_sum_, t_ns);
  }
  void live_count_is(std::size_t live, std::int64_t t_ns) override {
    declare_counter(live_track, "live coroutines");
    count(live_track, live, t_ns);
  }

  void finish() {
    std::vector<std::uint64_t> open;
    for (const auto& [track, depth] : zone_depths_) open.push_back(track);
    std::sort(open.begin(), open.end());
    for (const std::uint64_t track : open) close_zones(track, last_ns_);
    flush();
  }

 private:
  // One that has begun. It is written when it ends, or before: when something happens in it.
  struct slice {
    std::int64_t begin_ns = 0;
    std::string name;
    const char* category = "";
    protobuf_writer annotations;
    std::vector<std::uint64_t> flows;  // that end here
    bool is_written = false;
  };

  void declare_process() {
    protobuf_writer process;
    const diary::file_info& info = trace_.source().info();
    process.varint(track_field::process_pid, info.pid);
    process.text(track_field::process_name, info.program);
    protobuf_writer track;
    track.varint(track_field::uuid, process_track);
    track.message(track_field::process, process);
    protobuf_writer packet;
    packet.varint(packet_field::timestamp, 0);
    packet.varint(packet_field::sequence_id, sequence);
    packet.varint(packet_field::sequence_flags, state_cleared | needs_state);
    packet.message(packet_field::track_descriptor, track);
    write(packet);
    declared_.insert(process_track);
    protobuf_writer group = new_track(coroutines_track, "coroutines", process_track);
    group.varint(track_field::child_ordering, track_field::order_explicit);
    declare(coroutines_track, group);
  }

  static protobuf_writer new_track(std::uint64_t uuid, const std::string& name, std::uint64_t parent) {
    protobuf_writer track;
    track.varint(track_field::uuid, uuid);
    track.text(track_field::name, name);
    track.varint(track_field::parent_uuid, parent);
    track.varint(track_field::sibling_merge_behavior, track_field::merge_none);
    return track;
  }

  void declare(std::uint64_t uuid, const protobuf_writer& track) {
    declared_.insert(uuid);
    protobuf_writer packet;
    packet.varint(packet_field::timestamp, 0);
    packet.varint(packet_field::sequence_id, sequence);
    packet.varint(packet_field::sequence_flags, needs_state);
    packet.message(packet_field::track_descriptor, track);
    write(packet);
  }
  bool is_declared(std::uint64_t uuid) const { return declared_.count(uuid) != 0; }

  std::uint64_t lane_track(std::size_t lane) {
    const std::uint64_t uuid = lane_tracks + lane;
    if (!is_declared(uuid)) {
      protobuf_writer track = new_track(uuid, lanes_.name(lane), coroutines_track);
      track.varint(track_field::sibling_order_rank, lane);
      declare(uuid, track);
    }
    return uuid;
  }

  std::uint64_t thread_track(std::uint32_t index) {
    const std::uint64_t uuid = thread_tracks + index;
    if (!is_declared(uuid)) {
      const diary::scheduler_state& end = end_state();
      const bool is_known = index < end.threads().size() && end.threads()[index].tid != 0;
      const std::uint64_t pid = trace_.source().info().pid;
      protobuf_writer thread;
      thread.varint(track_field::thread_pid, pid);
      thread.varint(track_field::thread_tid, is_known ? end.threads()[index].tid & 0x7fff'ffff : pid + index);
      const std::string name = index < end.threads().size() ? diary::sanitised(end.threads()[index].name) : "";
      thread.text(track_field::thread_name, name.empty() ? "thread " + std::to_string(index) : name);
      protobuf_writer track;
      track.varint(track_field::uuid, uuid);
      track.message(track_field::thread, thread);
      declare(uuid, track);
    }
    return uuid;
  }

  const diary::scheduler_state& end_state() {
    if (!end_state_) end_state_.emplace(trace_.state_after(trace_.source().event_count()));
    return *end_state_;
  }

  void declare_counter(std::uint64_t uuid, const std::string& name) {
    if (is_declared(uuid)) return;
    protobuf_writer track = new_track(uuid, name, process_track);
    track.message(track_field::counter, protobuf_writer());
    declare(uuid, track);
  }

  void count(std::uint64_t track, std::uint64_t value, std::int64_t t_ns) {
    protobuf_writer event = new_event(event_kind::counter, track);
    event.varint(event_field::counter_value, value);
    write_event(event, t_ns);
  }

  void take_zone(const diary::event& e, std::uint64_t zones, std::uint64_t parent, std::int64_t t_ns) {
    if (e.type == diary::event_type::zone_begin) {
      if (!is_declared(zones)) declare(zones, new_track(zones, "zones", parent));
      ++zone_depths_[zones];
      protobuf_writer event = new_event(event_kind::begin, zones);
      event.varint(event_field::name_iid, names_.iid(trace_.string(e.args[0]), new_names_));
      event.varint(event_field::category_iids, categories_.iid("zone", new_names_));
      write_event(event, t_ns);
    } else if (const auto found = zone_depths_.find(zones); found != zone_depths_.end() && found->second > 0) {
      --found->second;
      write_event(new_event(event_kind::end, zones), t_ns);
    }
  }

  void close_zones(std::uint64_t zones, std::int64_t t_ns) {
    const auto found = zone_depths_.find(zones);
    if (found == zone_depths_.end()) return;
    for (; found->second > 0; --found->second) write_event(new_event(event_kind::end, zones), t_ns);
    zone_depths_.erase(found);
  }

  void annotate(protobuf_writer& to, const char* name, std::uint64_t value) {
    protobuf_writer annotation;
    annotation.varint(event_field::annotation_name_iid, annotation_names_.iid(name, new_names_));
    annotation.varint(event_field::annotation_uint, value);
    to.message(event_field::debug_annotations, annotation);
  }
  void annotate(protobuf_writer& to, const char* name, const std::string& value) {
    protobuf_writer annotation;
    annotation.varint(event_field::annotation_name_iid, annotation_names_.iid(name, new_names_));
    annotation.text(event_field::annotation_text, value);
    to.message(event_field::debug_annotations, annotation);
  }

  std::vector<std::uint64_t> take_flows(std::uint64_t coroutine) {
    const auto found = flows_.find(coroutine);
    if (found == flows_.end()) return {};
    std::vector<std::uint64_t> flows = std::move(found->second);
    flows_.erase(found);
    return flows;
  }

  void begin_slice(std::uint64_t track, slice s) {
    if (slices_.count(track) != 0) end_slice(track, s.begin_ns);
    slices_[track] = std::move(s);
  }

  void end_slice(std::uint64_t track, std::int64_t t_ns) {
    const auto found = slices_.find(track);
    if (found == slices_.end()) return;
    slice& s = found->second;
    if (!s.is_written && s.begin_ns == t_ns) {
      write_event(filled_event(event_kind::instant, track, s), t_ns);
    } else {
      write_begin(track, s);
      write_event(new_event(event_kind::end, track), t_ns);
    }
    slices_.erase(found);
  }

  void write_begin(std::uint64_t track, slice& s) {
    if (s.is_written) return;
    s.is_written = true;
    write_event(filled_event(event_kind::begin, track, s), s.begin_ns);
  }

  void instant(std::uint64_t track, const slice& s, std::int64_t t_ns, std::uint64_t begins_flow = 0) {
    if (const auto open = slices_.find(track); open != slices_.end()) write_begin(track, open->second);
    protobuf_writer event = filled_event(event_kind::instant, track, s);
    if (begins_flow != 0) event.fixed64(event_field::flow_ids, begins_flow);
    write_event(event, t_ns);
  }

  static protobuf_writer new_event(event_kind kind, std::uint64_t track) {
    protobuf_writer event;
    event.varint(event_field::type, static_cast<std::uint64_t>(kind));
    event.varint(event_field::track_uuid, track);
    return event;
  }

  protobuf_writer filled_event(event_kind kind, std::uint64_t track, const slice& s) {
    protobuf_writer event = new_event(kind, track);
    event.varint(event_field::category_iids, categories_.iid(s.category, new_names_));
    event.varint(event_field::name_iid, names_.iid(s.name, new_names_));
    event.append(s.annotations);
    for (const std::uint64_t flow : s.flows) event.fixed64(event_field::terminating_flow_ids, flow);
    return event;
  }

  void write_event(const protobuf_writer& event, std::int64_t t_ns) {
    last_ns_ = std::max(last_ns_, t_ns);
    protobuf_writer packet;
    packet.varint(packet_field::timestamp, static_cast<std::uint64_t>(t_ns));
    packet.varint(packet_field::sequence_id, sequence);
    packet.varint(packet_field::sequence_flags, needs_state);
    if (!new_names_.empty()) packet.message(packet_field::interned_data, new_names_);
    new_names_.clear();
    packet.message(packet_field::track_event, event);
    write(packet);
  }

  void write(const protobuf_writer& packet) {
    packets_.message(trace_field::packet, packet);
    if (packets_.bytes().size() >= 65536) flush();
  }

  void flush() {
    out_.write(packets_.bytes().data(), static_cast<std::streamsize>(packets_.bytes().size()));
    packets_.clear();
  }

  const diary::history& trace_;
  std::ostream& out_;
  lane_plan lanes_;
  std::optional<diary::scheduler_state> end_state_;
  protobuf_writer packets_;    // not yet written
  protobuf_writer new_names_;  // for the next packet
  interned names_{interned_field::event_names}, categories_{interned_field::event_categories},
      annotation_names_{interned_field::debug_annotation_names};
  std::unordered_set<std::uint64_t> declared_;
  std::unordered_map<std::uint64_t, slice> slices_;  // by track: the one that is open
  std::unordered_map<std::uint64_t, std::vector<std::uint64_t>>
      flows_;                                                     // by coroutine: wakes after which it did not run
  std::unordered_map<std::uint64_t, std::uint64_t> zone_depths_;  // by track
  std::vector<std::size_t> ready_;                                // by thread
  std::size_t ready_sum_ = 0;
  std::int64_t last_ns_ = 0;
};

}  // namespace

void export_perfetto(const diary::history& trace, std::ostream& out, const export_options& options) {
  perfetto_sink sink(trace, out, options.all_lanes);
  span_walk(trace, sink).run(options.go_on);
  sink.finish();
  out.flush();
}

}  // namespace weft::viz::cli
