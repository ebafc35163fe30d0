// The bytes of a trace file. docs/trace-format.md says the same in prose; a layout change needs a new version there.
//
//   file   = header (4 KiB) chunk*
//   chunk  = chunk_header (64 B) event*            64 KiB, written by one thread only
//   event  = type (1 byte) varint(ticks since the chunk's previous event, the first: since base_ticks) varint(arg)*
//   [varint(length) bytes]
//
// Little-endian. A writer stores an event and then release-stores `committed`; a reader acquire-loads it and believes
// only the bytes below it. So every event up to the last one survives the death of the process, and a live reader needs
// no lock.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace weft::diary {

static_assert(std::endian::native == std::endian::little, "the file is mapped, not translated");

inline constexpr std::array<std::uint8_t, 8> file_magic{0x89, 'w', 'e', 'f', 't', '\r', '\n', 0x1a};
inline constexpr std::uint16_t format_major = 1;  // a reader refuses a larger one
inline constexpr std::uint16_t format_minor = 2;  // a reader accepts any
inline constexpr std::size_t file_header_bytes = 4096;
inline constexpr std::size_t chunk_bytes = 65536;
inline constexpr std::size_t max_text_bytes = 4096;  // longer texts are cut by the writer and refused by readers
inline constexpr std::uint32_t max_threads = 4096;   // thread indices stay below it

// One entry of the schema table in the header.
struct schema_entry {
  std::uint8_t type;
  std::uint8_t arg_count;
  std::uint8_t has_text;
  std::uint8_t kinds[6];
  char name[23];  // zero-terminated
};
static_assert(sizeof(schema_entry) == 32);
inline constexpr std::size_t schema_capacity = 96;

struct file_header {
  std::array<std::uint8_t, 8> magic;
  std::uint16_t major;
  std::uint16_t minor;
  std::uint32_t header_bytes;
  std::uint32_t chunk_bytes;
  std::uint32_t flags;     // header_flag_*
  std::uint64_t required;  // feature bits a reader must know; none yet
  std::uint64_t ticks_per_second;
  std::uint64_t start_ticks;    // tick count of time 0
  std::uint64_t start_real_ns;  // wall clock of time 0, since 1970
  std::uint64_t start_mono_ns;  // CLOCK_MONOTONIC of time 0
  std::uint64_t uuid[2];
  std::uint32_t pid;
  std::uint32_t complete;     // 1 once the recorder has stopped properly: written last
  std::uint64_t chunk_count;  // chunks handed out so far; a hint only: each chunk's own header counts
  char program[128];          // name of the program, zero-terminated UTF-8
  char arch[16];              // "x86_64", "aarch64"
  char clock[16];             // "tsc", "cntvct", "monotonic", "virtual"
  std::uint32_t schema_count;
  std::uint32_t lost_at_end;    // events dropped after the last chunk (no more room), saturating; written when stopping
  std::uint64_t process_start;  // start time of the writing process, in system units (Linux: clock ticks since boot)
  schema_entry schema[schema_capacity];
};
inline constexpr std::uint32_t header_flag_order_only = 1;  // most switches carry no time of their own
inline constexpr std::uint32_t header_flag_ring = 2;        // old chunks were dropped
inline constexpr std::uint32_t header_flag_shuffled = 4;    // run order is shuffled: the next need not be in front
static_assert(sizeof(file_header) <= file_header_bytes);

inline constexpr std::uint32_t chunk_magic = 0x6b6e6863;  // "chnk"; 0 in an unused chunk

struct chunk_header {
  std::uint32_t magic;
  std::uint32_t thread;         // index of the writing thread, from 0
  std::uint32_t committed;      // bytes of complete events behind this header; release-stored
  std::uint32_t flags;          // chunk_flag_*
  std::uint64_t first_ordinal;  // of the first event here, counted per thread from 0, including lost events
  std::uint64_t base_ticks;
  std::uint64_t sequence;     // of this chunk among the thread's chunks, from 0
  std::uint64_t lost_before;  // events of this thread that were dropped between its last chunk and this one
  std::uint32_t event_count;  // of a sealed chunk
  std::uint32_t checkpoint;   // offset + 1 behind this header of the chunk's last checkpoint; 0: none
  std::uint64_t last_ticks;   // of a sealed chunk: time of its last event
};
// The chunk is complete, and event_count and last_ticks are valid: a reader need not decode the chunk to count its
// events. Release-stored after those two fields.
inline constexpr std::uint32_t chunk_flag_sealed = 1;
// A generation starts here: earlier records of this thread are not needed to understand what follows.
inline constexpr std::uint32_t chunk_flag_generation = 2;
// The higher bits of `flags`: offset + 1 behind this header of the chunk's last packed checkpoint; 0: none.
inline constexpr unsigned chunk_packed_shift = 8;
static_assert(sizeof(chunk_header) == 64);
inline constexpr std::size_t chunk_payload_bytes = chunk_bytes - sizeof(chunk_header);

}  // namespace weft::diary
