#include "model/lane_rows.hpp"

#include <algorithm>
#include <unordered_map>

#include "model/search_words.hpp"

namespace weft::viz {
namespace {

bool has_name(const trace_model& trace, const lane& l, const std::string& letters) {
  return std::any_of(l.who.begin(), l.who.end(),
                     [&](coroutine_index c) { return contains_letters(trace.label(c), letters); });
}

// "visitor …" where all names begin so, else the spawn site.
std::string name_of_group(const trace_model& trace, const lane_layout& lanes, const lane_group& g) {
  const std::string first = trace.label(lanes.lanes()[g.lanes.front()].who.front());
  const std::string last = trace.label(lanes.lanes()[g.lanes.back()].who.front());
  const auto differ = std::mismatch(first.begin(), first.end(), last.begin(), last.end());
  std::string shared(first.begin(), differ.first);
  while (!shared.empty() && (shared.back() == ' ' || (shared.back() >= '0' && shared.back() <= '9') ||
                             (static_cast<unsigned char>(shared.back()) & 0x80) != 0 || shared.back() == '#')) {
    shared.pop_back();
  }
  const std::string site = trace.site_text(lanes.lanes()[g.lanes.front()].who.front());
  if (shared.size() >= 3 && !site.empty() && shared != site) return shared + "… · " + site;
  return site.empty() ? shared + "…" : site;
}

// How much a lane deserves to be seen: the longest that one of its coroutines ran or stood ready.
std::vector<std::int64_t> badness_of(const lane_layout& lanes, const std::vector<coroutine_summary>& summaries,
                                     lane_order order) {
  std::vector<std::int64_t> of(lanes.lanes().size(), 0);
  for (const coroutine_summary& s : summaries) {
    std::int64_t& lane = of[lanes.lane_of(s.who)];
    const std::int64_t value = order == lane_order::longest_ready ? s.delay.max_ns() : s.longest_run_ns;
    lane = std::max(lane, value);
  }
  return of;
}

}  // namespace

void lane_rows::arrange(const trace_model& trace, const lane_layout& lanes,
                        const std::vector<coroutine_summary>& summaries, const wanted& how) {
  rows_.clear();
  groups_.clear();
  tops_ = {0};
  row_of_.assign(lanes.lanes().size(), npos);
  const auto count = static_cast<std::uint32_t>(lanes.lanes().size());
  if (!how.filter.empty() || count <= group_above) {
    for (std::uint32_t l = 0; l < count; ++l) {
      if (how.filter.empty() || has_name(trace, lanes.lanes()[l], how.filter)) add_lane(l, false);
    }
    return;
  }
  // A group stands where its first lane would.
  std::unordered_map<std::uint64_t, std::uint32_t> group_of_site;
  for (std::uint32_t l = 0; l < count; ++l) {
    const lane& of = lanes.lanes()[l];
    const std::uint64_t site = trace.record(of.who.front()).site;
    const auto [found, is_new] = group_of_site.try_emplace(site, static_cast<std::uint32_t>(groups_.size()));
    if (is_new) groups_.push_back({site, {}, {}, 0, how.unfolded.contains(site)});
    groups_[found->second].lanes.push_back(l);
    groups_[found->second].coroutines += of.who.size();
  }
  const std::vector<std::int64_t> badness = badness_of(lanes, summaries, how.order);
  for (std::uint32_t g = 0; g < groups_.size(); ++g) {
    groups_[g].name = name_of_group(trace, lanes, groups_[g]);
    add_group(lanes, how, g, badness);
  }
}

void lane_rows::add_lane(std::uint32_t lane, bool inside) {
  row_of_[lane] = rows_.size();
  rows_.push_back({false, inside, lane});
  tops_.push_back(tops_.back() + 1);
}

void lane_rows::add_group(const lane_layout& lanes, const wanted& how, std::uint32_t group,
                          const std::vector<std::int64_t>& badness) {
  lane_group& g = groups_[group];
  if (g.lanes.size() < least_of_a_group) {
    for (const std::uint32_t l : g.lanes) add_lane(l, false);
    return;
  }
  const std::size_t row = rows_.size();
  rows_.push_back({true, false, group});
  tops_.push_back(tops_.back() + group_units);
  for (const std::uint32_t l : g.lanes) row_of_[l] = row;
  const auto worse = [&](std::uint32_t a, std::uint32_t b) { return badness[a] > badness[b]; };
  if (g.unfolded) {
    if (how.order != lane_order::start) std::stable_sort(g.lanes.begin(), g.lanes.end(), worse);
    for (const std::uint32_t l : g.lanes) add_lane(l, true);
    return;
  }
  std::vector<std::uint32_t> seen = g.lanes;
  const std::size_t shown = std::min(look_out, seen.size());
  std::partial_sort(seen.begin(), seen.begin() + static_cast<std::ptrdiff_t>(shown), seen.end(),
                    [&](std::uint32_t a, std::uint32_t b) { return worse(a, b) || (!worse(b, a) && a < b); });
  seen.resize(shown);
  if (how.selected) {
    const auto own = static_cast<std::uint32_t>(lanes.lane_of(*how.selected));
    const bool is_of_group = std::find(g.lanes.begin(), g.lanes.end(), own) != g.lanes.end();
    if (is_of_group && std::find(seen.begin(), seen.end(), own) == seen.end()) seen.push_back(own);
  }
  for (const std::uint32_t l : seen) add_lane(l, true);
}

std::size_t lane_rows::row_at(float units) const {
  if (units < 0 || units >= tops_.back()) return npos;
  return static_cast<std::size_t>(std::upper_bound(tops_.begin(), tops_.end(), units) - tops_.begin()) - 1;
}

lane_range lane_rows::within(float from_units, float to_units) const {
  const auto first = std::upper_bound(tops_.begin(), tops_.end(), from_units) - tops_.begin();
  const auto last = std::lower_bound(tops_.begin(), tops_.end(), to_units) - tops_.begin();
  const std::size_t count = rows_.size();
  return {std::min(count, static_cast<std::size_t>(std::max<std::ptrdiff_t>(0, first - 1))),
          std::min(count, static_cast<std::size_t>(last))};
}

}  // namespace weft::viz
