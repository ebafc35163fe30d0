// Follows a growing trace file and returns new events as whole chunks. The header followed by these chunks is itself a
// trace. This is for a pipe, in which a count cannot be corrected later. A chunk that fills slowly comes out as several
// chunks, each with the new events. Reads the file and never maps it, so its writer is not disturbed.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "trace/file/event_decoder.hpp"
#include "trace/words/format.hpp"

namespace weft::viz::cli {

class chunk_tail {
 public:
  // Throws diary::file_error unless the file begins with the header of a trace.
  explicit chunk_tail(const std::string& path);
  ~chunk_tail();
  chunk_tail(const chunk_tail&) = delete;
  chunk_tail& operator=(const chunk_tail&) = delete;

  const diary::file_header& header() const { return header_; }
  // The header for the output: it does not yet say that the recording has ended.
  std::string header_bytes() const;
  // The chunks committed since the last call; "" if there are none. Throws diary::file_error if the file cannot be
  // read.
  std::string new_chunks();
  // True if the recorder has stopped properly: nothing comes after the next new_chunks().
  bool is_complete() const;

 private:
  // How much of a chunk of the file has been returned.
  struct place {
    bool is_begun = false, is_damaged = false;
    diary::chunk_header header{};  // as it was at the first read
    std::uint32_t bytes = 0;
    std::uint64_t ticks = 0, ordinal = 0;
  };

  bool read(void* to, std::size_t size, std::uint64_t offset) const;
  std::uint64_t offset_of(std::size_t slot) const { return header_.header_bytes + slot * header_.chunk_bytes; }
  void take(std::size_t slot, std::string& out);

  const std::string path_;
  int fd_ = -1;
  diary::file_header header_{};
  diary::shape_table shapes_{};
  std::map<std::size_t, place> places_;       // by slot of the file, for the chunks that were begun
  std::vector<std::uint64_t> pieces_handed_;  // by thread: the `sequence` of its next chunk
};

// Calls `take` with the header, and then repeatedly with new chunks, or with "" if there are none. Ends when the
// recording or its process has ended, or when `take` returns false. Throws as chunk_tail does.
void follow_chunks(const std::string& trace, std::chrono::milliseconds look_every,
                   const std::function<bool(const std::string&)>& take);

}  // namespace weft::viz::cli
