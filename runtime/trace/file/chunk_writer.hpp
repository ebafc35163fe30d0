// Encodes one thread's events into chunk memory that somebody else provides. The hot path: no lock, no allocation, no
// system call while the chunk has room.
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

// The longest an event can get without its text: type, time, arguments.
inline constexpr std::size_t max_event_bytes = 1 + max_varint_bytes * (1 + max_args);

// For debug builds: a wrong count of arguments would make everything behind it unreadable. True for unknown types.
bool event_type_has(event_type type, unsigned arg_count) noexcept;

// Where chunks come from: a mapped file, or memory in tests. Owned by the recorder.
class chunk_source {
 public:
  virtual ~chunk_source() = default;
  // 64 KiB, aligned to 64 bytes, the first 64 of them zeroes, for thread number `thread`; null if there is no more room
  // (disk full). They stay the caller's until the source goes or, if the source is a ring, until the thread began
  // another generation. Called by any recording thread.
  virtual std::uint8_t* next_chunk(std::uint32_t thread, bool begins_generation) noexcept = 0;
};

// One writer a thread. Not movable: the scheduler's recorder keeps its address.
class chunk_writer {
 public:
  // Writes events of thread `thread_index`. Nothing is taken from `source` before the first event.
  chunk_writer(chunk_source& source, std::uint32_t thread_index) noexcept : source_(source), thread_(thread_index) {}
  chunk_writer(const chunk_writer&) = delete;
  chunk_writer& operator=(const chunk_writer&) = delete;

  // Appends an event with `arg_count` arguments, at most max_args, at time `ticks` (earlier than the one before: stored
  // as the same time). False if the source has no more room: the event is counted as lost.
  bool append(event_type type, std::uint64_t ticks, const std::uint64_t* args, unsigned arg_count) noexcept {
    if (static_cast<std::size_t>(end_ - cursor_) < max_event_bytes && !make_room(ticks)) return false;
    commit(encode(type, ticks, args, arg_count));
    return true;
  }
  // The same with at most four arguments in registers; those behind the first `arg_count` are 0. Most events have
  // small ones only and come soon after the one before: they fit into eight bytes, which are composed in a register. Of
  // others, and where the chunk is full, nothing is done and the answer is false: then append() them.
  bool append_short(event_type type, std::uint64_t ticks, unsigned arg_count, std::uint64_t a, std::uint64_t b = 0,
                    std::uint64_t c = 0, std::uint64_t d = 0) noexcept {
    assert(event_type_has(type, arg_count));
    const std::uint64_t elapsed = ticks - last_ticks_;  // huge if it is earlier
    if (static_cast<std::size_t>(end_ - cursor_) < max_event_bytes || (elapsed | a | b | c | d) >= 0x80) return false;
    last_ticks_ = ticks;
    put_word(static_cast<std::uint8_t>(type) | elapsed << 8 | a << 16 | b << 24 | c << 32 | d << 40);
    commit(cursor_ + 2 + arg_count);
    return true;
  }
  // The same with a text, which is cut to max_text_bytes at a UTF-8 boundary.
  bool append_text(event_type type, std::uint64_t ticks, const std::uint64_t* args, unsigned arg_count,
                   std::string_view text) noexcept;

  // The next event begins a new chunk, and `lost` events (they take ordinals) are counted as missing before it.
  void begin_new_chunk(std::uint64_t lost = 0) noexcept;
  // The next event begins a new chunk and a generation: the caller now tells everything anew.
  void begin_generation() noexcept;
  // append() of checkpoint_begin, and says in the chunk's header where it stands.
  bool append_checkpoint(std::uint64_t ticks, const std::uint64_t* args, unsigned arg_count) noexcept;
  // append_text() of checkpoint_part, and says in the chunk's header where it stands if it is a first one.
  bool append_checkpoint_part(std::uint64_t ticks, const std::uint64_t* args, unsigned arg_count,
                              std::string_view code) noexcept;
  // Nothing more will be written.
  void finish() noexcept { begin_new_chunk(); }

  // Bytes left in this chunk: an event that fits takes no new one.
  std::size_t room() const noexcept { return static_cast<std::size_t>(end_ - cursor_); }

  // Ordinal that the next event gets. Lost events take one each, so that a wake_remote that names one stays right.
  std::uint64_t next_ordinal() const noexcept { return ordinal_; }
  std::uint64_t lost() const noexcept { return lost_; }
  // Of these, the ones that no chunk tells of.
  std::uint64_t lost_before_next() const noexcept { return lost_before_; }
  // Bytes that events took so far.
  std::uint64_t bytes() const noexcept { return finished_bytes_ + static_cast<std::uint64_t>(cursor_ - payload_); }

 private:
  // What is too much is zero, as the rest of the chunk.
  void put_word(std::uint64_t bytes) noexcept {
    static_assert(std::endian::native == std::endian::little);
    std::memcpy(cursor_, &bytes, sizeof bytes);
  }

  bool make_room(std::uint64_t ticks) noexcept;  // takes a new chunk; counts a lost event if there is none
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
  std::uint64_t lost_before_ = 0;  // since the last chunk that was begun
  std::uint64_t finished_bytes_ = 0;
  bool begins_generation_ = false;  // the next chunk does
};

// What the header's table says of an event this build knows.
schema_entry schema_entry_of(const event_schema& schema) noexcept;

// Fills in a header of this build's version with the schema table; the caller adds process and clock.
void init_file_header(file_header& header) noexcept;

}  // namespace weft::diary
