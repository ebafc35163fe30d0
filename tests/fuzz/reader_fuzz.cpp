// Any bytes through the reader, the history and the dumps. Besides not crashing: what is read once is read the same
// from anywhere, and the dump of a loaded dump is the dump.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <sstream>
#include <string>
#include <vector>

#include "trace/chunk_writer.hpp"
#include "trace/merge.hpp"
#include "trace/seek.hpp"
#include "trace/text.hpp"

namespace {

using namespace weft::diary;

void require(bool holds) {
  if (!holds) std::abort();
}

std::string dumped(const history& h) {
  std::ostringstream out;
  dump_text(h, out);
  return out.str();
}

// The fuzzer would need ages to find a valid header and chunks of 64 KiB: it gives the interesting bytes only. First
// byte: how they become a file. Each piece of the rest: a chunk header's few fields, a length, and its events.
std::vector<std::uint8_t> file_from(const std::uint8_t* data, std::size_t size) {
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

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    const history h(reader::from_bytes(file_from(data, size), "fuzz"));
    const std::uint64_t count = h.source().event_count();
    std::vector<event> all;
    h.source().for_each(0, count, [&](const event& e) { return all.push_back(e), true; });
    require(all.size() == count);
    for (std::uint64_t n = 0; n < count; n += 1 + count / 7) {
      const event e = h.source().at(n);
      require(e.thread == all[n].thread && e.ordinal == all[n].ordinal && e.type == all[n].type);
      h.state_after(n);
      seek_state(h.source(), n);
      require(h.source().find_time(e.t_ns) < count);
    }
    // What believes sealed chunks may get other answers from a liar, but it gets some.
    const history quick(reader::from_bytes(file_from(data, size), "fuzz", reader::trust::sealed_chunks),
                        history::effort::on_demand);
    if (quick.is_whole()) {
      for (std::uint64_t n = 0; n < quick.source().event_count(); n += 1 + count / 3) quick.state_after(n);
    }
    quick.violation_count();
    const std::string text = dumped(h);
    std::ostringstream json;
    dump_json(h, json, {INT64_MIN, INT64_MAX, count % 3});
    std::istringstream in(text);
    const history again(reader::from_bytes(load_text(in, "again"), "again"));
    require(dumped(again) == text);
    std::vector<reader> two;
    for (int i = 0; i < 2; ++i) two.push_back(reader::from_bytes(file_from(data, size), "fuzz"));
    const history both(reader::from_bytes(merged(two), "merged"));
    require(both.source().event_count() <= 2 * count);
    dumped(both);
  } catch (const file_error&) {
  }
  return 0;
}
