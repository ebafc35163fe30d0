// A trace file that grows in memory: a chunk_source for writers in tests, and the bytes that a reader would find.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <limits>
#include <memory>
#include <mutex>
#include <vector>

#include "trace/file/chunk_writer.hpp"

namespace weft::tests {

class memory_chunks : public diary::chunk_source {
 public:
  // `set_up` sets the fields that the test needs; without it the clock counts nanoseconds from 0. After `capacity`
  // chunks there is no more room.
  explicit memory_chunks(const std::function<void(diary::file_header&)>& set_up = {},
                         std::size_t capacity = std::numeric_limits<std::size_t>::max())
      : capacity_(capacity) {
    diary::init_file_header(header_);
    header_.ticks_per_second = 1'000'000'000;
    header_.pid = 1;
    std::strcpy(header_.program, "test");
    std::strcpy(header_.arch, "x86_64");
    std::strcpy(header_.clock, "virtual");
    if (set_up) set_up(header_);
  }

  std::uint8_t* next_chunk(std::uint32_t, bool) noexcept override {
    const std::lock_guard lock(mutex_);
    if (chunks_.size() == capacity_) return nullptr;
    chunks_.push_back(std::make_unique<chunk>());
    return chunks_.back()->bytes;
  }

  diary::file_header& header() { return header_; }
  std::size_t chunk_count() const { return chunks_.size(); }
  std::uint8_t* chunk_at(std::size_t index) { return chunks_[index]->bytes; }

  // The complete file as it is now. No writer may be inside append meanwhile.
  std::vector<std::uint8_t> file_bytes() const {
    std::vector<std::uint8_t> bytes(diary::file_header_bytes + chunks_.size() * diary::chunk_bytes);
    std::memcpy(bytes.data(), &header_, sizeof header_);
    std::uint8_t* out = bytes.data() + diary::file_header_bytes;
    for (const auto& c : chunks_) {
      std::memcpy(out, c->bytes, diary::chunk_bytes);
      out += diary::chunk_bytes;
    }
    return bytes;
  }

 private:
  struct alignas(64) chunk {
    std::uint8_t bytes[diary::chunk_bytes] = {};
  };

  diary::file_header header_;
  std::size_t capacity_;
  mutable std::mutex mutex_;
  std::vector<std::unique_ptr<chunk>> chunks_;
};

}  // namespace weft::tests
