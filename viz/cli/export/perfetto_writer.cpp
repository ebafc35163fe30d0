#include "cli/export/perfetto_writer.hpp"

#include <algorithm>
#include <ostream>

namespace weft::viz::cli {
namespace {

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
                   sibling_order_rank = 12, sibling_merge_behavior = 15;
constexpr unsigned process_pid = 1, process_name = 6, thread_pid = 1, thread_tid = 2, thread_name = 5;
constexpr std::uint64_t order_explicit = 3, merge_none = 2;
}  // namespace track_field
namespace event_field {
constexpr unsigned category_iids = 3, debug_annotations = 4, type = 9, name_iid = 10, track_uuid = 11,
                   counter_value = 30, double_counter_value = 44, flow_ids = 47, terminating_flow_ids = 48;
constexpr unsigned annotation_name_iid = 1, annotation_uint = 3, annotation_text = 6;
}  // namespace event_field

constexpr std::uint64_t state_cleared = 1, needs_state = 2;
constexpr std::uint64_t sequence = 1;  // one writer, so one sequence

protobuf_writer described(std::uint64_t track, std::uint64_t parent, const std::string& name) {
  protobuf_writer descriptor;
  descriptor.varint(track_field::uuid, track);
  descriptor.text(track_field::name, name);
  descriptor.varint(track_field::parent_uuid, parent);
  // Otherwise tracks of the same name would be merged.
  descriptor.varint(track_field::sibling_merge_behavior, track_field::merge_none);
  return descriptor;
}

}  // namespace

perfetto_writer::perfetto_writer(std::ostream& out)
    : out_(out),
      names_(interned_field::event_names),
      categories_(interned_field::event_categories),
      annotation_names_(interned_field::debug_annotation_names) {}

std::uint64_t perfetto_writer::interned::iid(const std::string& text, protobuf_writer& data) {
  const auto [found, is_new] = iids_.try_emplace(text, iids_.size() + 1);
  if (is_new) {
    protobuf_writer entry;
    entry.varint(interned_field::iid, found->second);
    entry.text(interned_field::name, text);
    data.message(field_, entry);
  }
  return found->second;
}

void perfetto_writer::declare_process(std::uint64_t track, std::uint64_t pid, const std::string& name) {
  protobuf_writer process;
  process.varint(track_field::process_pid, pid);
  process.text(track_field::process_name, name);
  protobuf_writer descriptor;
  descriptor.varint(track_field::uuid, track);
  descriptor.message(track_field::process, process);
  declare(track, descriptor);
}

void perfetto_writer::declare_thread(std::uint64_t track, std::uint64_t pid, std::uint64_t tid,
                                     const std::string& name) {
  protobuf_writer thread;
  thread.varint(track_field::thread_pid, pid);
  thread.varint(track_field::thread_tid, tid);
  thread.text(track_field::thread_name, name);
  protobuf_writer descriptor;
  descriptor.varint(track_field::uuid, track);
  descriptor.message(track_field::thread, thread);
  declare(track, descriptor);
}

void perfetto_writer::declare_group(std::uint64_t track, std::uint64_t parent, const std::string& name) {
  protobuf_writer descriptor = described(track, parent, name);
  descriptor.varint(track_field::child_ordering, track_field::order_explicit);
  declare(track, descriptor);
}

void perfetto_writer::declare_track(std::uint64_t track, std::uint64_t parent, const std::string& name,
                                    std::uint64_t rank) {
  protobuf_writer descriptor = described(track, parent, name);
  descriptor.varint(track_field::sibling_order_rank, rank);
  declare(track, descriptor);
}

void perfetto_writer::declare_counter(std::uint64_t track, std::uint64_t parent, const std::string& name) {
  protobuf_writer descriptor = described(track, parent, name);
  descriptor.message(track_field::counter, protobuf_writer());
  declare(track, descriptor);
}

void perfetto_writer::declare(std::uint64_t track, const protobuf_writer& descriptor) {
  if (!declared_.insert(track).second) return;
  protobuf_writer packet;
  packet.varint(packet_field::timestamp, 0);
  packet.varint(packet_field::sequence_id, sequence);
  packet.varint(packet_field::sequence_flags, is_first_ ? state_cleared | needs_state : needs_state);
  is_first_ = false;
  packet.message(packet_field::track_descriptor, descriptor);
  write(packet);
}

void perfetto_writer::annotate(slice& s, const char* name, std::uint64_t value) {
  protobuf_writer annotation;
  annotation.varint(event_field::annotation_name_iid, annotation_names_.iid(name, new_names_));
  annotation.varint(event_field::annotation_uint, value);
  s.annotations.message(event_field::debug_annotations, annotation);
}

void perfetto_writer::annotate(slice& s, const char* name, const std::string& value) {
  protobuf_writer annotation;
  annotation.varint(event_field::annotation_name_iid, annotation_names_.iid(name, new_names_));
  annotation.text(event_field::annotation_text, value);
  s.annotations.message(event_field::debug_annotations, annotation);
}

void perfetto_writer::begin_slice(std::uint64_t track, slice s) {
  if (slices_.count(track) != 0) end_slice(track, s.begin_ns);
  slices_[track] = std::move(s);
}

void perfetto_writer::end_slice(std::uint64_t track, std::int64_t t_ns) {
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

void perfetto_writer::write_begin(std::uint64_t track, slice& s) {
  if (s.is_written) return;
  s.is_written = true;
  write_event(filled_event(event_kind::begin, track, s), s.begin_ns);
}

void perfetto_writer::instant(std::uint64_t track, const slice& s, std::int64_t t_ns, std::uint64_t begins_flow) {
  if (const auto open = slices_.find(track); open != slices_.end()) write_begin(track, open->second);
  protobuf_writer event = filled_event(event_kind::instant, track, s);
  if (begins_flow != 0) event.fixed64(event_field::flow_ids, begins_flow);
  write_event(event, t_ns);
}

void perfetto_writer::push_slice(std::uint64_t track, const std::string& name, const char* category,
                                 std::int64_t t_ns) {
  slice s;
  s.name = name;
  s.category = category;
  ++depths_[track];
  write_event(filled_event(event_kind::begin, track, s), t_ns);
}

void perfetto_writer::pop_slice(std::uint64_t track, std::int64_t t_ns) {
  const auto found = depths_.find(track);
  if (found == depths_.end() || found->second == 0) return;
  --found->second;
  write_event(new_event(event_kind::end, track), t_ns);
}

void perfetto_writer::pop_all(std::uint64_t track, std::int64_t t_ns) {
  while (depths_.count(track) != 0 && depths_[track] > 0) pop_slice(track, t_ns);
  depths_.erase(track);
}

void perfetto_writer::count(std::uint64_t track, std::uint64_t value, std::int64_t t_ns) {
  protobuf_writer event = new_event(event_kind::counter, track);
  event.varint(event_field::counter_value, value);
  write_event(event, t_ns);
}

void perfetto_writer::count(std::uint64_t track, double value, std::int64_t t_ns) {
  protobuf_writer event = new_event(event_kind::counter, track);
  event.real(event_field::double_counter_value, value);
  write_event(event, t_ns);
}

protobuf_writer perfetto_writer::new_event(event_kind kind, std::uint64_t track) {
  protobuf_writer event;
  event.varint(event_field::type, static_cast<std::uint64_t>(kind));
  event.varint(event_field::track_uuid, track);
  return event;
}

protobuf_writer perfetto_writer::filled_event(event_kind kind, std::uint64_t track, const slice& s) {
  protobuf_writer event = new_event(kind, track);
  event.varint(event_field::category_iids, categories_.iid(s.category, new_names_));
  event.varint(event_field::name_iid, names_.iid(s.name, new_names_));
  event.append(s.annotations);
  for (const std::uint64_t flow : s.flows) event.fixed64(event_field::terminating_flow_ids, flow);
  return event;
}

void perfetto_writer::write_event(const protobuf_writer& event, std::int64_t t_ns) {
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

void perfetto_writer::write(const protobuf_writer& packet) {
  packets_.message(trace_field::packet, packet);
  if (packets_.bytes().size() >= 65536) flush();
}

void perfetto_writer::flush() {
  out_.write(packets_.bytes().data(), static_cast<std::streamsize>(packets_.bytes().size()));
  packets_.clear();
}

void perfetto_writer::finish() {
  std::vector<std::uint64_t> open;
  for (const auto& [track, depth] : depths_) open.push_back(track);
  std::sort(open.begin(), open.end());
  for (const std::uint64_t track : open) pop_all(track, last_ns_);
  flush();
}

}  // namespace weft::viz::cli
