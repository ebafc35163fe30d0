// Where the chunks of a recording lie: a file that grows (trace_file) or a ring of fixed size (trace_ring).
#pragma once

#include <cstdint>
#include <string>

#include "trace/file/chunk_writer.hpp"
#include "trace/words/format.hpp"

namespace weft::record {

class chunk_store : public diary::chunk_source {
 public:
  // Of the recording; the recorder fills it in. Valid as long as the store.
  virtual diary::file_header& header() noexcept = 0;
  // Of the trace file; empty if there is none.
  virtual const std::string& path() const noexcept = 0;
  // Nobody writes any more: marks the file as complete. `lost`: events of which no chunk tells, by their threads'
  // count.
  virtual void complete(std::uint64_t lost) noexcept = 0;
  // Weft itself is about to delete the file, which nobody asked to keep: that is nothing to tell. Any thread.
  virtual void file_goes() noexcept = 0;
  // Writes a trace of its own into `fd`: what was recorded until now. Other threads go on recording meanwhile. Throws
  // std::system_error.
  virtual void copy_to(int fd) = 0;
  // A thread that has recorded so many bytes since its last generation began should begin another one. 0: never, this
  // store keeps everything.
  virtual std::uint64_t generation_bytes() noexcept { return 0; }
  // In a forked child: the file is the parent's.
  virtual void abandon_in_child() noexcept = 0;
  // The thread records nothing for now. What it records later begins a generation.
  virtual void leave(std::uint32_t) noexcept {}
};

}  // namespace weft::record
