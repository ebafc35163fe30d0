// Any bytes through the reader, the history and the dumps. Besides not crashing: an event is the same from every start
// of a walk, and the dump of a loaded dump is the same dump.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <sstream>
#include <string>
#include <vector>

#include "chunks.hpp"
#include "trace/file/merge.hpp"
#include "trace/state/seek.hpp"
#include "trace/text/trace_text.hpp"

namespace {

using namespace weft::diary;
using weft::fuzz::file_from;

void require(bool holds) {
  if (!holds) std::abort();
}

std::string dumped(const history& h) {
  std::ostringstream out;
  dump_text(h, out);
  return out.str();
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
    // With trust in sealed chunks a false file may give other answers, but must give some.
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
    require(both.source().event_count() <= 2 * count + both.source().info().threads);
    dumped(both);
  } catch (const file_error&) {
  }
  return 0;
}
