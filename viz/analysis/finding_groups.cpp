#include "analysis/finding_groups.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "trace/words/time_sums.hpp"

namespace weft::viz {
namespace {

std::int64_t shared_ns(time_range a, time_range b) {
  return std::max<std::int64_t>(0, std::min(a.end_ns, b.end_ns) - std::max(a.begin_ns, b.begin_ns));
}

std::int64_t active_ns(time_range range, std::span<const time_range> paused) {
  std::int64_t rest = range.length_ns();
  for (const time_range& p : paused) rest -= shared_ns(range, p);
  return rest;
}

// The time in which at least one instance lasted.
std::int64_t covered_ns(const std::vector<finding>& in_order_of_time, std::span<const time_range> paused) {
  std::int64_t sum = 0;
  time_range open{INT64_MIN, INT64_MIN};
  for (const finding& f : in_order_of_time) {
    if (f.when.begin_ns > open.end_ns) {
      if (open.end_ns != INT64_MIN) sum += active_ns(open, paused);
      open = f.when;
    }
    open.end_ns = std::max(open.end_ns, f.when.end_ns);
  }
  return open.end_ns == INT64_MIN ? sum : sum + active_ns(open, paused);
}

void drop_all_but_the_worst(std::vector<finding>& instances, std::int64_t& left_out_ns) {
  const auto end = instances.begin() + static_cast<std::ptrdiff_t>(finding_groups::most_instances);
  std::nth_element(instances.begin(), end, instances.end(), is_worse);
  for (auto f = end; f != instances.end(); ++f) diary::add_ns(left_out_ns, f->lasted_ns);
  instances.erase(end, instances.end());
}

// "report", or "3 coroutines". A title that names somebody begins with the name, so instances of one name have it
// there.
std::string who_of(const std::vector<finding>& instances, std::uint64_t count) {
  std::set<std::uint64_t> ids;
  for (const finding& f : instances) ids.insert(f.coroutine);
  if (ids.size() > 1 || instances.empty()) {
    return std::to_string(instances.size() == count ? ids.size() : static_cast<std::size_t>(count)) + " coroutines";
  }
  return instances.front().name;
}

void put(std::string& text, std::string_view what, const std::string& value) {
  const std::size_t place = text.find(what);
  if (place != std::string::npos) text.replace(place, what.size(), value);
}

std::string title_of(const finding_group& g) {
  if (g.count == 1) return g.worst.title;
  const std::string times = std::to_string(g.count) + " times";
  const std::string_view many = entry_of(g.kind).many;
  if (many.empty()) return g.worst.title + ", " + times;
  std::string title(many);
  // What a program may choose, names and paths, comes last: it may look like a place to fill in.
  put(title, "{times}", times);
  put(title, "{sum}", duration_text(g.sum_ns));
  put(title, "{cause}", g.worst.cause);
  put(title, "{site}", g.site);
  put(title, "{who}", who_of(g.instances, g.count));
  return title;
}

bool comes_first(const finding_group& a, const finding_group& b) {
  if (a.severity != b.severity) return a.severity < b.severity;
  if (a.sum_ns != b.sum_ns) return a.sum_ns > b.sum_ns;
  if (a.worst.size != b.worst.size) return a.worst.size > b.worst.size;
  return std::pair(a.worst.when.begin_ns, a.worst.evidence) < std::pair(b.worst.when.begin_ns, b.worst.evidence);
}

}  // namespace

bool is_worse(const finding& a, const finding& b) {
  if (a.lasted_ns != b.lasted_ns) return a.lasted_ns > b.lasted_ns;
  if (a.size != b.size) return a.size > b.size;
  return std::pair(a.when.begin_ns, a.evidence) < std::pair(b.when.begin_ns, b.evidence);
}

void finding_groups::add(finding f) {
  open_group& g = groups_[key(f.kind, f.site, f.cause)];
  ++g.count;
  diary::add_ns(g.sum_ns, f.lasted_ns);
  g.last_end_ns = std::max(g.last_end_ns, f.when.end_ns);
  g.instances.push_back(std::move(f));
  if (g.instances.size() == 2 * most_instances) drop_all_but_the_worst(g.instances, g.left_out_ns);
}

std::vector<finding_group> finding_groups::finish(time_range run, std::span<const time_range> paused,
                                                  std::int64_t new_from_ns) {
  const auto run_ns = static_cast<double>(std::max<std::int64_t>(1, active_ns(run, paused)));
  std::vector<finding_group> all;
  for (auto& [which, open] : groups_) {
    if (open.instances.size() > most_instances) drop_all_but_the_worst(open.instances, open.left_out_ns);
    finding_group& g = all.emplace_back();
    g.kind = std::get<finding_kind>(which);
    g.severity = entry_of(g.kind).how_bad;
    g.site = std::get<1>(which);
    g.count = open.count;
    g.sum_ns = open.sum_ns;
    g.is_new = open.last_end_ns >= new_from_ns;
    g.instances = std::move(open.instances);
    std::sort(g.instances.begin(), g.instances.end(), [](const finding& a, const finding& b) {
      return std::pair(a.when.begin_ns, a.evidence) < std::pair(b.when.begin_ns, b.evidence);
    });
    g.worst = *std::min_element(g.instances.begin(), g.instances.end(), is_worse);
    const auto lasted_ns = static_cast<double>(covered_ns(g.instances, paused) + open.left_out_ns);
    g.share = std::clamp(lasted_ns / run_ns, 0.0, 1.0);
    g.title = title_of(g);
  }
  groups_.clear();
  std::stable_sort(all.begin(), all.end(), comes_first);
  return all;
}

}  // namespace weft::viz
