// Encodes one thread's events into chunk memory that a chunk_source provides. The hot path has no lock, no allocation
// and no system call while the chunk has room.
#pragma once

#include <bit>
#include <cassert>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "trace/words/format.hpp"
#include "trace/words/schema.hpp"
#include "trace/words/varint.hpp"

namespace weft::diary {

// The longest event without its text: type, time, arguments.
inline constexpr std::size_t max_event_bytes = 1 + max_varint_bytes * (1 + max_args);

// For debug builds: a wrong number of arguments would make all later events unreadable. True for unknown types.
bool event_type_has(event_type type, unsigned arg_count) noexcept;

// Provides chunks: from a mapped file, or from memory in tests. Owned by the recorder.
class chunk_source {
 public:
  virtual ~chunk_source() = default;
  // Returns 64 KiB for thread number `thread`, aligned to 64 bytes, the first 64 bytes zero; null if there is no more
  // room (disk full). The caller may use the chunk until the source is destroyed or, if the source is a ring, until the
  // thread starts another generation. Called by any recording thread.
  virtual std::uint8_t* next_chunk(std::uint32_t thread, bool begins_generation) noexcept = 0;
};

// One writer a thread. Not movable: the scheduler's recorder keeps its address.
class chunk_writer {
 public:
  // Writes events of thread `thread_index`. Asks `source` for no chunk before the first event.
  chunk_writer(chunk_source& source, std::uint32_t thread_index) noexcept : source_(source), thread_(thread_index) {}
  chunk_writer(const chunk_writer&) = delete;
  chunk_writer& operator=(const chunk_writer&) = delete;

  // Appends an event with `arg_count` arguments, at most max_args, at time `ticks`. An earlier time than the last
  // event's is stored as the same time. False if the source has no more room: the event counts as lost.
  bool append(event_type type, std::uint64_t ticks, const std::uint64_t* args, unsigned arg_count) noexcept {
    if (static_cast<std::size_t>(end_ - cursor_) < max_event_bytes && !make_room(ticks)) return false;
    commit(encode(type, ticks, args, arg_count));
    return true;
  }
  // The same with at most four arguments in registers; those after the first `arg_count` must be 0. Most events have
  // only small arguments and come soon after the previous event: they fit into eight bytes, composed in a register. For
  // any other event, and in a full chunk, does nothing and returns false: then call append().
  bool append_short(event_type type, std::uint64_t ticks, unsigned arg_count, std::uint64_t a, std::uint64_t b = 0,
                    std::uint64_t c = 0, std::uint64_t d = 0) noexcept {
    assert(event_type_has(type, arg_count));
    const std::uint64_t elapsed = ticks - last_ticks_;  // huge if `ticks` is earlier
    if (static_cast<std::size_t>(end_ - cursor_) < max_event_bytes || (elapsed | a | b | c | d) >= 0x80) return false;
    last_ticks_ = ticks;
    put_word(static_cast<std::uint8_t>(type) | elapsed << 8 | a << 16 | b << 24 | c << 32 | d << 40);
    commit(cursor_ + 2 + arg_count);
    return true;
  }
  // The same with a text, which is cut to max_text_bytes at a UTF-8 boundary.
  bool append_text(event_type type, std::uint64_t ticks, const std::uint64_t* args, unsigned arg_count,
                   std::string_view text) noexcept;

  // Makes the next event start a new chunk, and counts `lost` events, each with an ordinal, as missing before it.
  void begin_new_chunk(std::uint64_t lost = 0) noexcept;
  // Makes the next event start a new chunk and a generation: the caller then defines all names again.
  void begin_generation() noexcept;
  // append() of checkpoint_begin; also writes its place to the chunk's header.
  bool append_checkpoint(std::uint64_t ticks, const std::uint64_t* args, unsigned arg_count) noexcept;
  // append_text() of checkpoint_part; also writes the place of a first part to the chunk's header.
  bool append_checkpoint_part(std::uint64_t ticks, const std::uint64_t* args, unsigned arg_count,
                              std::string_view code) noexcept;
  // Call when no more events follow.
  void finish() noexcept { begin_new_chunk(); }

  // Bytes left in this chunk: an event of at most this size needs no new chunk.
  std::size_t room() const noexcept { return static_cast<std::size_t>(end_ - cursor_); }

  // Ordinal of the next event. Each lost event uses one, so the ordinal in a wake_remote stays right.
  std::uint64_t next_ordinal() const noexcept { return ordinal_; }
  std::uint64_t lost() const noexcept { return lost_; }
  // Lost events that no chunk counts yet.
  std::uint64_t lost_before_next() const noexcept { return lost_before_; }
  // Bytes of all events so far.
  std::uint64_t bytes() const noexcept { return finished_bytes_ + static_cast<std::uint64_t>(cursor_ - payload_); }

 private:
  // Stores eight bytes. Those behind the event are zero, as the rest of the chunk is.
  void put_word(std::uint64_t bytes) noexcept {
    static_assert(std::endian::native == std::endian::little);
    std::memcpy(cursor_, &bytes, sizeof bytes);
  }

  bool make_room(std::uint64_t ticks) noexcept;  // gets a new chunk; counts a lost event if there is none
  void seal() noexcept;

  std::uint8_t* encode(event_type type, std::uint64_t ticks, const std::uint64_t* args, unsigned arg_count) noexcept {
    assert(event_type_has(type, arg_count));
    std::uint8_t* out = cursor_;
    *out++ = static_cast<std::uint8_t>(type);
    const std::uint64_t elapsed = ticks > last_ticks_ ? ticks - last_ticks_ : 0;
    last_ticks_ += elapsed;
    out = put_varint(out, elapsed);
    for (unsigned i = 0; i < arg_count; ++i) out = put_varint(out, args[i]);
    return out;
  }
  // Pairs with the reader's acquire load of `committed`.
  void commit(std::uint8_t* end) noexcept {
    cursor_ = end;
    ++ordinal_;
    __atomic_store_n(&chunk_->committed, static_cast<std::uint32_t>(end - payload_), __ATOMIC_RELEASE);
  }

  chunk_source& source_;
  std::uint32_t thread_;
  std::uint8_t* cursor_ = nullptr;   // where the next event goes
  std::uint8_t* end_ = nullptr;      // end of the chunk
  std::uint8_t* payload_ = nullptr;  // behind the chunk's header
  chunk_header* chunk_ = nullptr;
  std::uint64_t last_ticks_ = 0;
  std::uint64_t ordinal_ = 0;
  std::uint64_t sequence_ = 0;
  std::uint64_t lost_ = 0;
  std::uint64_t lost_before_ = 0;  // since the start of the last chunk
  std::uint64_t finished_bytes_ = 0;
  bool begins_generation_ = false;  // of the next chunk
};

// The header's table entry for an event type of this build.
schema_entry schema_entry_of(const event_schema& schema) noexcept;

// Fills in a header of this build's version with the schema table; the caller adds process and clock.
void init_file_header(file_header& header) noexcept;

}  // namespace weft::diary
