#include "trace/file/file_builder.hpp"

#include <cstddef>
#include <cstring>
#include <utility>

#include "trace/file/chunk_writer.hpp"

namespace weft::diary {
namespace {

// Ticks of time 0: in the middle, so that earlier times have ticks too.
constexpr std::uint64_t start_ticks = std::uint64_t{1} << 62;
constexpr std::uint64_t ordinal_limit = std::uint64_t{1} << 61;

}  // namespace

file_builder::file_builder() : bytes_(file_header_bytes) {
  init_file_header(header_);
  header_.schema_count = 0;
  header_.ticks_per_second = 1'000'000'000;
  header_.start_ticks = start_ticks;
}

void file_builder::open_chunk(thread_end& end, std::uint32_t thread, std::uint64_t ticks) {
  end.chunk = bytes_.size();
  end.used = 0;
  end.ticks = ticks;
  bytes_.resize(bytes_.size() + chunk_bytes);
  chunk_header chunk{};
  chunk.magic = chunk_magic;
  chunk.thread = thread;
  chunk.first_ordinal = end.ordinal;
  chunk.base_ticks = ticks;
  // Nothing before a thread's first chunk is in this file. A reader of a ring drops the beginning otherwise.
  if (end.sequence == 0) chunk.flags = chunk_flag_generation;
  chunk.sequence = end.sequence++;
  chunk.lost_before = std::exchange(end.lost, 0);
  std::memcpy(bytes_.data() + end.chunk, &chunk, sizeof chunk);
  ++header_.chunk_count;
}

void file_builder::append(const event& e, unsigned arg_count, bool has_text) {
  if (e.thread >= threads_.size()) threads_.resize(e.thread + 1);
  thread_end& end = threads_[e.thread];
  const std::uint64_t ticks = start_ticks + static_cast<std::uint64_t>(e.t_ns);
  const std::size_t room = max_event_bytes + max_varint_bytes + e.text.size();
  if (end.chunk == 0 || chunk_payload_bytes - end.used < room) open_chunk(end, e.thread, ticks);

  std::uint8_t* const begin = bytes_.data() + end.chunk + sizeof(chunk_header) + end.used;
  std::uint8_t* out = begin;
  *out++ = static_cast<std::uint8_t>(e.type);
  out = put_varint(out, ticks - end.ticks);  // modulo 2^64, so an earlier time is far in the future
  for (unsigned i = 0; i < arg_count; ++i) out = put_varint(out, e.args[i]);
  if (has_text) {
    out = put_varint(out, e.text.size());
    if (!e.text.empty()) std::memcpy(out, e.text.data(), e.text.size());
    out += e.text.size();
  }
  end.used += static_cast<std::size_t>(out - begin);
  end.ticks = ticks;
  ++end.ordinal;
  const auto committed = static_cast<std::uint32_t>(end.used);
  std::memcpy(bytes_.data() + end.chunk + offsetof(chunk_header, committed), &committed, sizeof committed);
}

bool file_builder::skip(std::uint32_t thread, std::uint64_t count) {
  if (thread >= threads_.size()) threads_.resize(thread + 1);
  thread_end& end = threads_[thread];
  if (count > ordinal_limit || end.ordinal + count > ordinal_limit) return false;
  end.ordinal += count;
  end.lost += count;
  end.chunk = 0;
  return true;
}

std::vector<std::uint8_t> file_builder::finish() {
  // The text's entries come first; the types that this build knows fill the rest of the table.
  for (const event_schema& s : all_event_schemas()) {
    bool is_there = false;
    for (std::uint32_t i = 0; i < header_.schema_count; ++i) {
      is_there = is_there || header_.schema[i].type == static_cast<std::uint8_t>(s.type);
    }
    if (is_there || header_.schema_count == schema_capacity) continue;
    header_.schema[header_.schema_count++] = schema_entry_of(s);
  }
  std::memcpy(bytes_.data(), &header_, sizeof header_);
  return std::move(bytes_);
}

}  // namespace weft::diary
