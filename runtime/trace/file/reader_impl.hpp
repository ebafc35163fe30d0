// The data of a reader, and the functions that read a file. Only for reader.cpp and reader_look.cpp.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "trace/file/chunk_check.hpp"
#include "trace/file/file_bytes.hpp"
#include "trace/file/reader.hpp"

namespace weft::diary {

// A chunk in use that is not yet sorted into its thread.
struct found_chunk {
  std::uint64_t offset = 0;
  chunk_header header{};
  decoded_chunk decoded{};
};

struct index_point {
  std::uint64_t n = 0;
  std::int64_t max_ns = INT64_MIN;  // of the earlier events
  std::size_t positions = 0;        // first of its positions: one for each stream known then
  std::uint32_t count = 0;
};

struct reader::impl {
  file_bytes bytes;
  file_header header{};
  file_info info;
  trace_streams streams;
  trust trusts;

  // Chunk slots of the file. Those before scan_from are settled; later settled ones are in settled_ahead. Not a bit for
  // each slot: a hostile file may claim any number of slots.
  std::uint64_t scan_from = 0, slot_count = 0;
  std::set<std::uint64_t> settled_ahead;
  // Slots whose chunk waits for the previous one (see add_chunks), in order.
  std::vector<std::uint64_t> held_slots;
  bool bytes_missing = false;
  std::uint64_t needed_bytes = 0;  // end of the last counted event
  std::uint64_t lost_in_chunks = 0;

  // The numbered events: info.events of them, all before `front`.
  std::vector<stream_position> front;
  std::int64_t front_max_ns = INT64_MIN;
  bool knows_first = false;              // info.first_ns
  std::int64_t latest_ns = INT64_MIN;    // of all events in the file
  std::int64_t seen_max_ns = INT64_MIN;  // latest_ns at the previous look
  bool front_guessed = false;
  std::vector<index_point> points;
  std::vector<stream_position> point_positions;

  impl(file_bytes b, std::string path, trust t);

  void look(bool first);
  event_walk walk_from(std::uint64_t begin) const;
  // The number of one event of a stream. The search handles many at once: with a thousand threads there is one each.
  struct wanted_number {
    std::size_t stream = 0;
    std::uint64_t ordinal = 0;
    std::uint64_t n = 0;     // found
    std::uint64_t from = 0;  // where the search starts
  };
  void find_numbers(std::vector<wanted_number>& wanted) const;
  // Place of a stream's event, which must exist.
  stream_position find_ordinal(std::size_t stream, std::uint64_t ordinal) const;
  // Place of the first event of a chunk that starts at `byte` of its events or later.
  stream_position find_byte(std::size_t stream, std::size_t chunk, std::uint32_t byte) const;
  // The event at that place; a default-constructed one if the bytes are no event.
  event event_at(std::size_t stream, const stream_position& place) const;
  // Makes `b` start at the checkpoint at that place, if the checkpoint is usable and at least `distance` events before
  // b.end.
  bool begin_at(std::size_t stream, std::size_t chunk, std::uint32_t place_plus_1, std::uint64_t distance,
                beginning& b) const;

 private:
  void add_damage(std::uint64_t offset, const std::string& what);
  void take_chunks(bool first);
  void read_header_again();
  std::vector<found_chunk> find_chunks(bool first);
  void decode_ahead(std::vector<found_chunk>& found) const;
  bool take_sealed(const found_chunk& f, chunk_place& place);
  void add_chunks(std::vector<found_chunk> found);
  bool hold_for_predecessor(const found_chunk& f, std::uint64_t expected,
                            const std::vector<std::uint64_t>& held_before);
  bool begins_understandably(const found_chunk& f, std::uint32_t stream_number) const;
  void check_events(chunk_place& chunk, const decoded_chunk& ahead);
  std::string damage_at(const std::uint8_t* in) const;
  void number_events(bool first);
  void number_only_thread();
  void merge_threads(bool take_all);
  void finish_info(bool first);
  stream_position find_in_chunk(std::size_t stream, std::size_t index, std::uint64_t ordinal, std::uint32_t byte) const;
};

}  // namespace weft::diary
