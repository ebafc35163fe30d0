// Makes a trace file from a fuzzer's bytes.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <vector>

#include "trace/file/chunk_writer.hpp"

namespace weft::fuzz {

// The fuzzer would need very long to find a valid header and chunks of 64 KiB, so its input has only the interesting
// bytes. First byte: how they become a file. Each piece of the rest: a few fields of a chunk header, a length, and
// events.
inline std::vector<std::uint8_t> file_from(const std::uint8_t* data, std::size_t size) {
  using namespace diary;
  if (size == 0 || data[0] % 4 == 0) return {data + (size != 0), data + size};
  std::vector<std::uint8_t> file(file_header_bytes);
  file_header header;
  init_file_header(header);
  header.ticks_per_second = data[0] % 4 == 1 ? 1'000'000'000 : 2'400'000'123;
  header.chunk_bytes = 512;
  header.schema[header.schema_count++] = {200, 2, 1, {}, "future"};
  const std::uint8_t* in = data + 1;
  const std::uint8_t* const end = data + size;
  if (data[0] % 4 == 3 && end - in > 8) {
    std::uint16_t at = 0;
    std::memcpy(&at, in, 2);
    std::memcpy(reinterpret_cast<std::uint8_t*>(&header) + at % (sizeof header - 6), in + 2, 6);
    in += 8;
  }
  std::memcpy(file.data(), &header, sizeof header);
  while (end - in > 5 && file.size() < 200'000) {
    chunk_header chunk{};
    chunk.magic = in[0] == 0xff ? 0 : chunk_magic;
    chunk.thread = in[0] % 4;
    chunk.first_ordinal = in[1];
    chunk.base_ticks = in[2] * std::uint64_t{100};
    chunk.lost_before = in[3] == 0xff;
    if (in[3] < 64) {
      chunk.flags = in[3] % 4;
      chunk.checkpoint = in[3] / 4;
      chunk.event_count = in[3] / 8;
      chunk.last_ticks = chunk.base_ticks + in[2] * std::uint64_t{10};
    } else if (in[3] < 192) {
      chunk.flags = static_cast<std::uint32_t>(in[3] - 63) << chunk_packed_shift;
    }
    const std::size_t length = std::min<std::size_t>(in[4] * 2, static_cast<std::size_t>(end - in) - 5);
    chunk.committed = static_cast<std::uint32_t>(length + (in[3] == 0xfe));
    in += 5;
    const std::size_t at = file.size();
    file.resize(at + header.chunk_bytes % 4096);
    if (file.size() < at + sizeof chunk) break;
    std::memcpy(file.data() + at, &chunk, sizeof chunk);
    std::memcpy(file.data() + at + sizeof chunk, in, std::min(length, file.size() - at - sizeof chunk));
    in += length;
  }
  return file;
}

}  // namespace weft::fuzz
