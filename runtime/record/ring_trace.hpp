// A recording that keeps only its last bytes: a fixed number of chunks, in memory or in a mapped file. The ring frees
// whole generations, the oldest first. A generation is all that one thread recorded from a checkpoint on. It defines
// every name again, so each generation is readable by itself.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "core/own_descriptor.hpp"
#include "record/chunk_store.hpp"
#include "trace/file/mapping_guard.hpp"

namespace weft::record {

class trace_ring final : public chunk_store {
 public:
  static constexpr std::size_t fewest_chunks = 8;

  // `bytes`: size of all chunks, rounded up to whole chunks and to fewest_chunks. An empty path: memory only. Throws
  // std::system_error.
  trace_ring(const std::string& path, std::size_t bytes);
  ~trace_ring() override;
  trace_ring(const trace_ring&) = delete;
  trace_ring& operator=(const trace_ring&) = delete;

  diary::file_header& header() noexcept override;
  const std::string& path() const noexcept override { return path_; }
  std::uint8_t* next_chunk(std::uint32_t thread, bool begins_generation) noexcept override;
  void complete(std::uint64_t lost) noexcept override;
  void copy_to(int fd) override;
  void file_goes() noexcept override { deleted_ = true; }
  void abandon_in_child() noexcept override { fd_.close(); }
  // About a quarter of the ring, divided among the threads, so that less is lost at once than is kept.
  std::uint64_t generation_bytes() noexcept override { return generation_bytes_.load(std::memory_order_relaxed); }
  void leave(std::uint32_t thread) noexcept override;

 private:
  std::uint8_t* chunk_at(std::size_t index) noexcept {
    return memory_ + diary::file_header_bytes + index * diary::chunk_bytes;
  }
  bool is_current(std::uint64_t generation) const noexcept;
  bool drop_oldest() noexcept;
  bool is_cut() noexcept;
  void note_gone(const diary::chunk_header& chunk) noexcept;
  void share_out() noexcept;

  std::string path_;
  core::own_descriptor fd_;            // not needed after mmap(), but it keeps the file's lock
  std::atomic<bool> deleted_ = false;  // the deletion was reported, or was weft's own
  diary::mapping_loss loss_;
  std::optional<diary::mapping_guard> guard_;
  std::uint8_t* memory_ = nullptr;  // header and chunks
  std::size_t chunk_count_;

  std::mutex lock_;                                 // locked once a chunk; guards all below
  std::vector<std::uint64_t> generation_of_chunk_;  // 0: free
  std::vector<std::uint64_t> order_of_chunk_;       // number of its hand-out
  std::uint64_t last_generation_ = 0, handed_out_ = 0;
  std::array<std::uint64_t, diary::max_threads> current_{};  // by thread; 0: none
  // The chunks of each thread that are in the ring
  struct kept_part {
    std::uint32_t chunks = 0;
    std::uint64_t ordinals_gone = 0;  // with chunks == 0: how many events of the thread were recorded
  };
  std::vector<kept_part> kept_;
  std::uint64_t gone_ = 0;     // the sum of ordinals_gone
  std::uint32_t threads_ = 0;  // number of threads with a current generation
  std::atomic<std::uint64_t> generation_bytes_{0};
};

}  // namespace weft::record
