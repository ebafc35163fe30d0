// Reads an export for Perfetto without any code of its writer: decodes protocol buffers by hand, and as much of
// Perfetto's schema as the tests need.
#pragma once

#include <cstdint>
#include <cstring>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace weft::tests {

// One field of a message; a message is its fields in order.
struct proto_field {
  unsigned number = 0, wire_type = 0;
  std::uint64_t value = 0;  // for wire types 0 and 1
  std::string_view bytes;   // for wire type 2
};

inline std::uint64_t take_varint(std::string_view& in) {
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < 64; shift += 7) {
    if (in.empty()) throw std::runtime_error("a varint is cut off");
    const auto byte = static_cast<unsigned char>(in.front());
    in.remove_prefix(1);
    value |= std::uint64_t{byte & 0x7fU} << shift;
    if (byte < 0x80) return value;
  }
  throw std::runtime_error("a varint is too long");
}

inline std::vector<proto_field> proto_fields(std::string_view in) {
  std::vector<proto_field> fields;
  while (!in.empty()) {
    const std::uint64_t tag = take_varint(in);
    proto_field f{static_cast<unsigned>(tag >> 3), static_cast<unsigned>(tag & 7), 0, {}};
    if (f.wire_type == 0) {
      f.value = take_varint(in);
    } else if (f.wire_type == 1 && in.size() >= 8) {
      std::memcpy(&f.value, in.data(), 8);
      in.remove_prefix(8);
    } else if (f.wire_type == 2) {
      const std::uint64_t length = take_varint(in);
      if (length > in.size()) throw std::runtime_error("a field is cut off");
      f.bytes = in.substr(0, length);
      in.remove_prefix(length);
    } else {
      throw std::runtime_error("unexpected wire type");
    }
    fields.push_back(f);
  }
  return fields;
}

struct perfetto_event {
  enum kind { begin = 1, end = 2, instant = 3, counter = 4 };
  int type = 0;
  std::uint64_t track = 0, t_ns = 0;
  std::string name, category;
  std::vector<std::uint64_t> flows, ending_flows;
  std::map<std::string, std::string> annotations;  // numbers as text
};

struct perfetto_track {
  std::string name, process, thread;
  std::uint64_t parent = 0, merge_behavior = 0, pid = 0, tid = 0, rank = 0, child_ordering = 0;
  bool is_counter = false;
};

struct perfetto_trace {
  std::map<std::uint64_t, perfetto_track> tracks;
  std::vector<perfetto_event> events;         // in the order of the file
  std::vector<std::uint64_t> sequence_flags;  // of each packet
  std::vector<std::string> complaints;        // broken rules of the format

  explicit perfetto_trace(const std::string& bytes) {
    for (const proto_field& packet : proto_fields(bytes)) {
      if (packet.number != 1) throw std::runtime_error("not a packet");
      take_packet(packet.bytes);
    }
  }

  std::uint64_t track_named(const std::string& name) const {
    for (const auto& [uuid, track] : tracks) {
      if (track.name == name || track.thread == name || track.process == name) return uuid;
    }
    return 0;
  }
  std::vector<perfetto_event> on(std::uint64_t track) const {
    std::vector<perfetto_event> found;
    for (const perfetto_event& e : events) {
      if (e.track == track) found.push_back(e);
    }
    return found;
  }

 private:
  void take_packet(std::string_view bytes) {
    std::uint64_t t_ns = 0, sequence = 0, flags = 0;
    std::string_view event, track;
    for (const proto_field& f : proto_fields(bytes)) {
      if (f.number == 8) t_ns = f.value;
      if (f.number == 10) sequence = f.value;
      if (f.number == 11) event = f.bytes;
      if (f.number == 12) take_interned(f.bytes);
      if (f.number == 13) flags = f.value;
      if (f.number == 60) track = f.bytes;
    }
    sequence_flags.push_back(flags);
    if (sequence == 0) complaints.emplace_back("a packet without a sequence id");
    if (!track.empty()) take_track(track);
    if (!event.empty()) take_event(event, t_ns);
  }

  void take_interned(std::string_view bytes) {
    for (const proto_field& kind : proto_fields(bytes)) {
      std::uint64_t iid = 0;
      std::string name;
      for (const proto_field& f : proto_fields(kind.bytes)) {
        if (f.number == 1) iid = f.value;
        if (f.number == 2) name = f.bytes;
      }
      if (iid == 0) complaints.emplace_back("an interned text with iid 0");
      interned_[kind.number][iid] = name;
    }
  }

  std::string text_of(unsigned kind, std::uint64_t iid) {
    const auto found = interned_[kind].find(iid);
    if (found != interned_[kind].end()) return found->second;
    complaints.push_back("iid " + std::to_string(iid) + " is used before it is declared");
    return "";
  }

  void take_track(std::string_view bytes) {
    perfetto_track track;
    std::uint64_t uuid = 0;
    for (const proto_field& f : proto_fields(bytes)) {
      if (f.number == 1) uuid = f.value;
      if (f.number == 2) track.name = f.bytes;
      if (f.number == 5) track.parent = f.value;
      if (f.number == 8) track.is_counter = true;
      if (f.number == 11) track.child_ordering = f.value;
      if (f.number == 12) track.rank = f.value;
      if (f.number == 15) track.merge_behavior = f.value;
      if (f.number == 3 || f.number == 4) {
        for (const proto_field& inner : proto_fields(f.bytes)) {
          if (inner.number == 1) track.pid = inner.value;
          if (f.number == 4 && inner.number == 2) track.tid = inner.value;
          if (f.number == 4 && inner.number == 5) track.thread = inner.bytes;
          if (f.number == 3 && inner.number == 6) track.process = inner.bytes;
        }
      }
    }
    if (uuid == 0) complaints.emplace_back("a track without a uuid");
    if (track.parent != 0 && tracks.count(track.parent) == 0) complaints.push_back(track.name + ": unknown parent");
    if (!tracks.emplace(uuid, track).second) complaints.push_back(track.name + ": declared twice");
  }

  void take_event(std::string_view bytes, std::uint64_t t_ns) {
    perfetto_event e;
    e.t_ns = t_ns;
    for (const proto_field& f : proto_fields(bytes)) {
      if (f.number == 3) e.category = text_of(1, f.value);
      if (f.number == 4) take_annotation(f.bytes, e);
      if (f.number == 9) e.type = static_cast<int>(f.value);
      if (f.number == 10) e.name = text_of(2, f.value);
      if (f.number == 11) e.track = f.value;
      if (f.number == 47) e.flows.push_back(f.value);
      if (f.number == 48) e.ending_flows.push_back(f.value);
      if ((f.number == 47 || f.number == 48) && f.wire_type != 1) complaints.emplace_back("a flow that is no fixed64");
    }
    if (tracks.count(e.track) == 0) complaints.push_back(e.name + ": its track is not declared");
    events.push_back(std::move(e));
  }

  void take_annotation(std::string_view bytes, perfetto_event& e) {
    std::string name, value;
    for (const proto_field& f : proto_fields(bytes)) {
      if (f.number == 1) name = text_of(3, f.value);
      if (f.number == 3) value = std::to_string(f.value);
      if (f.number == 6) value = f.bytes;
    }
    e.annotations[name] = value;
  }

  std::map<unsigned, std::map<std::uint64_t, std::string>> interned_;  // by kind and iid
};

}  // namespace weft::tests
