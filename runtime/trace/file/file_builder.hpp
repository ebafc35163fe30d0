// Builds the bytes of a trace file event by event, exactly as given. Unlike chunk_writer it accepts earlier times and
// gaps, because a text may describe a broken trace.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "trace/words/diary_event.hpp"
#include "trace/words/format.hpp"

namespace weft::diary {

class file_builder {
 public:
  file_builder();

  // The header; fill it in before finish(). Its clock counts nanoseconds. Its schema table needs only the text's own
  // entries: finish() appends those of this build.
  file_header& header() { return header_; }

  // Appends `e` (thread, time, type, args, text) with `arg_count` arguments to its thread. The text must be at most
  // max_text_bytes long, the thread below max_threads, the time within +-2^60 ns.
  void append(const event& e, unsigned arg_count, bool has_text);
  // Makes the thread's next event `count` ordinals later. False if that is more than a file can have.
  bool skip(std::uint32_t thread, std::uint64_t count);

  // Returns the file. The builder is empty afterwards.
  std::vector<std::uint8_t> finish();

 private:
  struct thread_end {
    std::size_t chunk = 0;  // where its open chunk starts in bytes_, 0: no chunk is open
    std::size_t used = 0;   // bytes of events in it
    std::uint64_t ticks = 0;
    std::uint64_t ordinal = 0;
    std::uint64_t sequence = 0;
    std::uint64_t lost = 0;
  };

  void open_chunk(thread_end& end, std::uint32_t thread, std::uint64_t ticks);

  file_header header_;
  std::vector<std::uint8_t> bytes_;
  std::vector<thread_end> threads_;
};

}  // namespace weft::diary
