#include "trace/file/chunk_writer.hpp"

#include <algorithm>
#include <cstring>

#include "trace/file/packed_checkpoint.hpp"

namespace weft::diary {
namespace {

// The longest prefix of at most `limit` bytes that does not cut a UTF-8 sequence. Invalid text may be cut anywhere.
std::string_view cut_at_character(std::string_view text, std::size_t limit) {
  if (text.size() <= limit) return text;
  std::size_t size = limit;
  while (size > limit - 4 && (static_cast<unsigned char>(text[size]) & 0xc0) == 0x80) --size;
  return text.substr(0, size);
}

}  // namespace

bool event_type_has(event_type type, unsigned arg_count) noexcept {
  const event_schema* schema = find_schema(type);
  return schema == nullptr || schema->arg_count == arg_count;
}

bool chunk_writer::append_text(event_type type, std::uint64_t ticks, const std::uint64_t* args, unsigned arg_count,
                               std::string_view text) noexcept {
  text = cut_at_character(text, max_text_bytes);
  const std::size_t room = max_event_bytes + max_varint_bytes + text.size();
  if (static_cast<std::size_t>(end_ - cursor_) < room && !make_room(ticks)) return false;
  std::uint8_t* out = encode(type, ticks, args, arg_count);
  out = put_varint(out, text.size());
  if (!text.empty()) std::memcpy(out, text.data(), text.size());
  commit(out + text.size());
  return true;
}

bool chunk_writer::append_checkpoint(std::uint64_t ticks, const std::uint64_t* args, unsigned arg_count) noexcept {
  if (static_cast<std::size_t>(end_ - cursor_) < max_event_bytes && !make_room(ticks)) return false;
  const std::ptrdiff_t place = cursor_ - payload_;
  append(event_type::checkpoint_begin, ticks, args, arg_count);
  __atomic_store_n(&chunk_->checkpoint, static_cast<std::uint32_t>(place) + 1, __ATOMIC_RELEASE);
  return true;
}

bool chunk_writer::append_checkpoint_part(std::uint64_t ticks, const std::uint64_t* args, unsigned arg_count,
                                          std::string_view code) noexcept {
  const std::size_t room = max_event_bytes + max_varint_bytes + code.size();
  if (static_cast<std::size_t>(end_ - cursor_) < room && !make_room(ticks)) return false;
  const auto place = static_cast<std::uint32_t>(cursor_ - payload_);
  append_text(event_type::checkpoint_part, ticks, args, arg_count, code);
  if ((args[0] & checkpoint_part_first) == 0) return true;
  const std::uint32_t flags = chunk_->flags & ((1u << chunk_packed_shift) - 1);
  __atomic_store_n(&chunk_->flags, flags | (place + 1) << chunk_packed_shift, __ATOMIC_RELEASE);
  return true;
}

void chunk_writer::begin_generation() noexcept {
  begin_new_chunk();
  begins_generation_ = true;
}

// Writes to the chunk's header the numbers that a reader would otherwise have to decode the chunk for.
void chunk_writer::seal() noexcept {
  if (chunk_ == nullptr) return;
  chunk_->event_count = static_cast<std::uint32_t>(ordinal_ - chunk_->first_ordinal);
  chunk_->last_ticks = last_ticks_;
  __atomic_store_n(&chunk_->flags, chunk_->flags | chunk_flag_sealed, __ATOMIC_RELEASE);
  finished_bytes_ += static_cast<std::uint64_t>(cursor_ - payload_);
  chunk_ = nullptr;
}

void chunk_writer::begin_new_chunk(std::uint64_t lost) noexcept {
  seal();
  cursor_ = end_ = payload_ = nullptr;
  lost_ += lost;
  lost_before_ += lost;
  ordinal_ += lost;
}

bool chunk_writer::make_room(std::uint64_t ticks) noexcept {
  seal();
  std::uint8_t* memory = source_.next_chunk(thread_, begins_generation_);
  if (memory == nullptr) {
    begin_new_chunk(1);
    return false;
  }
  last_ticks_ = std::max(last_ticks_, ticks);
  payload_ = memory + sizeof(chunk_header);
  cursor_ = payload_;
  end_ = memory + chunk_bytes;
  chunk_ = reinterpret_cast<chunk_header*>(memory);
  chunk_->thread = thread_;
  chunk_->first_ordinal = ordinal_;
  chunk_->base_ticks = last_ticks_;
  chunk_->sequence = sequence_++;
  chunk_->lost_before = lost_before_;
  chunk_->flags = begins_generation_ ? chunk_flag_generation : 0;
  begins_generation_ = false;
  lost_before_ = 0;
  // Store the magic last: a live reader that sees the magic then sees the fields above.
  __atomic_store_n(&chunk_->magic, chunk_magic, __ATOMIC_RELEASE);
  return true;
}

schema_entry schema_entry_of(const event_schema& schema) noexcept {
  schema_entry entry{};
  entry.type = static_cast<std::uint8_t>(schema.type);
  entry.arg_count = schema.arg_count;
  entry.has_text = schema.has_text;
  for (std::size_t i = 0; i < max_args; ++i) entry.kinds[i] = static_cast<std::uint8_t>(schema.kinds[i]);
  schema.name.copy(entry.name, sizeof entry.name - 1);
  return entry;
}

void init_file_header(file_header& header) noexcept {
  header = {};
  header.magic = file_magic;
  header.major = format_major;
  header.minor = format_minor;
  header.header_bytes = file_header_bytes;
  header.chunk_bytes = chunk_bytes;
  for (const event_schema& s : all_event_schemas()) {
    if (header.schema_count < schema_capacity) header.schema[header.schema_count++] = schema_entry_of(s);
  }
}

}  // namespace weft::diary
