// What a reader keeps, and how it looks at a file. Only for reader.cpp and reader_look.cpp.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "trace/file/chunk_check.hpp"
#include "trace/file/file_bytes.hpp"
#include "trace/file/reader.hpp"

namespace weft::diary {

// A begun chunk, found but not yet put in its thread's order.
struct found_chunk {
  std::uint64_t offset = 0;
  chunk_header header{};
  decoded_chunk decoded{};
};

struct index_point {
  std::uint64_t n = 0;
  std::int64_t max_ns = INT64_MIN;  // of the events before it
  std::size_t positions = 0;        // first of its positions, one for each stream known then
  std::uint32_t count = 0;
};

struct reader::impl {
  file_bytes bytes;
  file_header header{};
  file_info info;
  trace_streams streams;
  trust trusts;

  // Chunk slots of the file: those before scan_from are settled, of the later ones those in settled_ahead. Not a bit
  // for each slot: a hostile file has as many as its size says.
  std::uint64_t scan_from = 0, slot_count = 0;
  std::set<std::uint64_t> settled_ahead;
  // Slots whose chunk waits for the one before it (see add_chunks), in order.
  std::vector<std::uint64_t> held_slots;
  bool bytes_missing = false;
  std::uint64_t needed_bytes = 0;  // the end of the last event that was counted
  std::uint64_t lost_in_chunks = 0;

  // What is numbered so far: info.events events, the last of them before `front`.
  std::vector<stream_position> front;
  std::int64_t front_max_ns = INT64_MIN;
  bool knows_first = false;              // info.first_ns
  std::int64_t latest_ns = INT64_MIN;    // of all events that are there
  std::int64_t seen_max_ns = INT64_MIN;  // what latest_ns was at the look before
  bool front_guessed = false;
  std::vector<index_point> points;
  std::vector<stream_position> point_positions;

  impl(file_bytes b, std::string path, trust t);

  void look(bool first);
  event_walk walk_from(std::uint64_t begin) const;
  // The number of a stream's event, for any number of them: of a thousand threads each has one to be found.
  struct wanted_number {
    std::size_t stream = 0;
    std::uint64_t ordinal = 0;
    std::uint64_t n = 0;     // found
    std::uint64_t from = 0;  // where the search begins
  };
  void find_numbers(std::vector<wanted_number>& wanted) const;
  // Position of a stream's event, which must be there.
  stream_position find_ordinal(std::size_t stream, std::uint64_t ordinal) const;
  // Position of the first event of a chunk that does not begin before `byte` of its events.
  stream_position find_byte(std::size_t stream, std::size_t chunk, std::uint32_t byte) const;
  // The event there; none if the bytes are no event.
  event event_at(std::size_t stream, const stream_position& place) const;
  // Lets `b` begin at the checkpoint there, if there is one at least `distance` events before b.end that can be used.
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
