#include "analysis/detector.hpp"

#include <algorithm>
#include <utility>

namespace weft::viz {

trace_gaps::trace_gaps(const diary::history& trace) {
  if (trace.source().info().lost == 0) return;  // the reader has visited every event already
  std::vector<std::uint64_t> expected;
  trace.source().walk(0).for_each([&](const diary::event& e) {
    if (e.thread >= expected.size()) {
      expected.resize(e.thread + 1);
      first_behind_.resize(e.thread + 1);
    }
    if (e.ordinal != expected[e.thread] || e.type == diary::event_type::loss) {
      first_behind_[e.thread].push_back(e.n);
      any_ = true;
    }
    expected[e.thread] = e.ordinal + 1;
    return true;
  });
}

bool trace_gaps::is_whole(std::uint32_t thread, std::uint64_t from, std::uint64_t to) const {
  if (thread >= first_behind_.size()) return true;
  const std::vector<std::uint64_t>& gaps = first_behind_[thread];
  const auto next = std::upper_bound(gaps.begin(), gaps.end(), from);
  return next == gaps.end() || *next > to;
}

std::string investigation::site_text(std::uint64_t site) const {
  const diary::site_record* const record = trace.site(site);
  if (!record) return "";
  return record->file.substr(record->file.find_last_of("/\\") + 1) + ":" + std::to_string(record->line);
}

std::string investigation::site_or_name(std::uint64_t site, std::uint64_t coroutine) const {
  std::string where = site_text(site);
  return where.empty() ? name(coroutine) : where;
}

void investigation::report(finding f, std::uint32_t thread) const {
  f.lasted_ns = std::max<std::int64_t>(0, paused.active_ns(thread, f.when));
  if (f.coroutine != 0) f.name = name(f.coroutine);
  found.add(std::move(f));
}

std::string counted(std::uint64_t count, const char* one, const char* many) {
  return std::to_string(count) + " " + (count == 1 ? one : many);
}

}  // namespace weft::viz
