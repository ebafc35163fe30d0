// Stores the chunks of a recording: a growing file (trace_file) or a ring of fixed size (trace_ring).
#pragma once

#include <cstdint>
#include <string>

#include "trace/file/chunk_writer.hpp"
#include "trace/words/format.hpp"

namespace weft::record {

class chunk_store : public diary::chunk_source {
 public:
  // The recording's header, which the recorder fills in. Valid as long as the store.
  virtual diary::file_header& header() noexcept = 0;
  // Path of the trace file; empty if there is none.
  virtual const std::string& path() const noexcept = 0;
  // Marks the file as complete; no thread writes any more. `lost`: events that are in no chunk, as counted by their
  // threads.
  virtual void complete(std::uint64_t lost) noexcept = 0;
  // Announces that weft itself deletes the file, so the deletion is not reported. Any thread.
  virtual void file_goes() noexcept = 0;
  // Writes all that was recorded until now to `fd`, as a trace of its own. Other threads go on recording meanwhile.
  // Throws std::system_error.
  virtual void copy_to(int fd) = 0;
  // After this many bytes since the start of its generation a thread should start another generation. 0: never, because
  // this store keeps everything.
  virtual std::uint64_t generation_bytes() noexcept { return 0; }
  // Runs in a forked child: the file belongs to the parent.
  virtual void abandon_in_child() noexcept = 0;
  // The thread pauses its recording. Its next event starts a generation.
  virtual void leave(std::uint32_t) noexcept {}
};

}  // namespace weft::record
