// The mapped file that a recording is written to. The file grows by whole windows, hands out chunks, and is readable
// after every event: stores into the shared mapping survive the death of the process.
//
// A recording thread finds its next chunk prepared. A separate thread, the supplier, grows the file and touches the
// pages of the next chunks while no thread waits for them: finding blocks on a disk, zeroing pages and being throttled
// for writing too fast can last milliseconds. The recording thread makes its chunk itself only if the supplier is late
// or could not be started.
#pragma once

#include <array>
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "core/own_descriptor.hpp"
#include "record/chunk_store.hpp"
#include "trace/file/mapping_guard.hpp"

namespace weft::record {

class trace_file final : public chunk_store {
 public:
  // Creates the file as create_trace_file does and maps its header.
  explicit trace_file(const std::string& path);
  // Closes the file, complete or not.
  ~trace_file() override;
  trace_file(const trace_file&) = delete;
  trace_file& operator=(const trace_file&) = delete;

  diary::file_header& header() noexcept override { return *header_; }
  const std::string& path() const noexcept override { return path_; }
  std::uint8_t* next_chunk(std::uint32_t thread, bool begins_generation) noexcept override;
  // Cuts off the reserved but unused space. Lost events are already counted in the header, so `lost` is ignored.
  void complete(std::uint64_t lost) noexcept override;
  void copy_to(int fd) override;
  void file_goes() noexcept override { may_go_ = true; }
  void abandon_in_child() noexcept override { fd_.close(); }

  // How often a recording thread had to make its chunk itself; for tests and measurements.
  std::uint64_t late_chunks() noexcept;

 private:
  struct window {
    std::uint8_t* memory;
    std::size_t bytes;
  };
  static constexpr std::size_t most_ready = 64;  // 4 MiB

  void start_supplier() noexcept;
  void stop_supplier() noexcept;
  void supply() noexcept;
  std::uint8_t* make_chunk() noexcept;  // call with growth_lock_
  bool grow() noexcept;
  bool is_still_there() noexcept;
  void count_lost() noexcept;
  void end_here(const char* why) noexcept;

  std::string path_;
  std::atomic<bool> may_go_ = false;
  core::own_descriptor fd_;
  diary::mapping_loss loss_;
  std::vector<diary::mapping_guard> guards_;  // of the header and of the windows; guarded by growth_lock_
  diary::file_header* header_ = nullptr;

  // Guards the growth of the file; held over system calls, mostly by the supplier.
  std::mutex growth_lock_;
  std::vector<window> windows_;     // mapped while the file is open: writers keep pointers into them
  std::size_t file_bytes_ = 0;      // reserved so far
  std::size_t next_in_window_ = 0;  // offset in the last window
  std::atomic<bool> full_ = false;  // there is no more room, and that was reported

  // Guards the finished chunks; held for a few instructions. Lock order: growth_lock_ before lock_.
  std::mutex lock_;
  std::array<std::uint8_t*, most_ready> ready_{};  // a ring, handed out in file order
  std::size_t first_ready_ = 0, ready_count_ = 0;
  std::size_t wanted_ = 4;  // so many chunks should be ready; doubled when they run short
  std::uint64_t handed_out_ = 0, late_ = 0;
  bool stopping_ = false;
  std::condition_variable wanted_more_;
  std::thread supplier_;
};

}  // namespace weft::record
