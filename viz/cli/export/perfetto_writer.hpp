// Writes packets of Perfetto's track events according to its schema (docs: protos/perfetto/trace): tracks are declared
// before use, repeated texts are interned, slices of a track nest. Knows nothing of coroutines.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "cli/export/protobuf_writer.hpp"

namespace weft::viz::cli {

class perfetto_writer {
 public:
  // `out` is borrowed.
  explicit perfetto_writer(std::ostream& out);

  // Tracks have numbers of the caller's choice, but not 0. A parent must be declared first.
  bool is_declared(std::uint64_t track) const { return declared_.count(track) != 0; }
  void declare_process(std::uint64_t track, std::uint64_t pid, const std::string& name);
  void declare_thread(std::uint64_t track, std::uint64_t pid, std::uint64_t tid, const std::string& name);
  void declare_group(std::uint64_t track, std::uint64_t parent,
                     const std::string& name);  // its members keep their order
  void declare_track(std::uint64_t track, std::uint64_t parent, const std::string& name, std::uint64_t rank = 0);
  void declare_counter(std::uint64_t track, std::uint64_t parent, const std::string& name);

  // An open slice. It is written when it ends, or earlier if something happens in it.
  struct slice {
    std::int64_t begin_ns = 0;
    std::string name;
    const char* category = "";
    protobuf_writer annotations;
    std::vector<std::uint64_t> flows;  // that end here
    bool is_written = false;
  };
  void annotate(slice& s, const char* name, std::uint64_t value);
  void annotate(slice& s, const char* name, const std::string& value);
  // A track has one open slice at a time; a second one ends the first.
  void begin_slice(std::uint64_t track, slice s);
  void end_slice(std::uint64_t track, std::int64_t t_ns);
  // `begins_flow`: 0 for none.
  void instant(std::uint64_t track, const slice& s, std::int64_t t_ns, std::uint64_t begins_flow = 0);
  // Nested slices; finish() closes those that are still open.
  void push_slice(std::uint64_t track, const std::string& name, const char* category, std::int64_t t_ns);
  void pop_slice(std::uint64_t track, std::int64_t t_ns);  // nothing if none is open
  void pop_all(std::uint64_t track, std::int64_t t_ns);
  void count(std::uint64_t track, std::uint64_t value, std::int64_t t_ns);
  void count(std::uint64_t track, double value, std::int64_t t_ns);

  void finish();

 private:
  enum class event_kind : std::uint64_t { begin = 1, end = 2, instant = 3, counter = 4 };

  // A small number for each repeated text; the next packet carries the new ones.
  class interned {
   public:
    explicit interned(unsigned field) : field_(field) {}
    std::uint64_t iid(const std::string& text, protobuf_writer& data);

   private:
    unsigned field_;
    std::unordered_map<std::string, std::uint64_t> iids_;
  };

  void declare(std::uint64_t track, const protobuf_writer& descriptor);
  static protobuf_writer new_event(event_kind kind, std::uint64_t track);
  protobuf_writer filled_event(event_kind kind, std::uint64_t track, const slice& s);
  void write_begin(std::uint64_t track, slice& s);
  void write_event(const protobuf_writer& event, std::int64_t t_ns);
  void write(const protobuf_writer& packet);
  void flush();

  std::ostream& out_;
  protobuf_writer packets_;    // not yet written
  protobuf_writer new_names_;  // for the next packet
  bool is_first_ = true;
  interned names_, categories_, annotation_names_;
  std::unordered_set<std::uint64_t> declared_;
  std::unordered_map<std::uint64_t, slice> slices_;          // by track: the open slice
  std::unordered_map<std::uint64_t, std::uint64_t> depths_;  // by track: depth of nested slices
  std::int64_t last_ns_ = 0;
};

}  // namespace weft::viz::cli
