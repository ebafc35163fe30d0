// A recording that keeps only the last so many bytes: a fixed number of chunks, in memory or in a mapped file. They are
// given back by whole generations, the oldest one first. A generation is what one thread recorded from a checkpoint on,
// with every name told anew, so each that is left can be read by itself.
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

  // `bytes` of chunks, rounded up to whole ones and to fewest_chunks. An empty path: memory only. Throws
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
  // About a quarter of the ring, shared by the threads: so what is lost at once is less than what is kept.
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
  core::own_descriptor fd_;            // needed no more once it is mapped, but it holds the file's lock
  std::atomic<bool> deleted_ = false;  // and that has been said, or is nothing to tell
  diary::mapping_loss loss_;
  std::optional<diary::mapping_guard> guard_;
  std::uint8_t* memory_ = nullptr;  // header and chunks
  std::size_t chunk_count_;

  std::mutex lock_;                                 // taken once a chunk; guards what follows
  std::vector<std::uint64_t> generation_of_chunk_;  // 0: free
  std::vector<std::uint64_t> order_of_chunk_;       // when it was handed out
  std::uint64_t last_generation_ = 0, handed_out_ = 0;
  std::array<std::uint64_t, diary::max_threads> current_{};  // by thread; 0: none
  // What is here of each thread
  struct kept_part {
    std::uint32_t chunks = 0;
    std::uint64_t ordinals_gone = 0;  // no chunk: so many events of it were recorded
  };
  std::vector<kept_part> kept_;
  std::uint64_t gone_ = 0;     // the sum of these
  std::uint32_t threads_ = 0;  // that have a current generation
  std::atomic<std::uint64_t> generation_bytes_{0};
};

}  // namespace weft::record
