// Finds spawn sites whose population only grows: in each eighth of the time since the first spawn more of its
// coroutines live than ever before, and many at the end. What is spawned once, at the start, does not grow.
#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "analysis/detector.hpp"

namespace weft::viz {
namespace {

using diary::event_type;

class spawn_grows : public detector {
 public:
  explicit spawn_grows(const investigation& about) : about_(about) {}

  bool wants_before(event_type type) const override {
    return type == event_type::finish || (type == event_type::block);
  }
  bool wants_after(event_type type) const override {
    return type == event_type::spawn || type == event_type::spawn_after;
  }

  void before(const diary::event& e, const diary::scheduler_state& state) override {
    // Who is left over when main ends is ended by that.
    const bool is_end_of_main =
        e.type == event_type::block && e.args[1] == static_cast<std::uint64_t>(diary::wait_reason::main_end);
    if (is_end_of_main && !end_ns_) end_ns_ = e.t_ns;
    if (e.type != event_type::finish || end_ns_) return;
    const diary::coroutine_state* const c = running_on(state, e.thread);
    const auto found = c ? sites_.find(c->site) : sites_.end();
    if (found == sites_.end() || found->second.living == 0) return;
    --found->second.living;
    found->second.note(e.t_ns);
  }

  void after(const diary::event& e, const diary::scheduler_state& state) override {
    const diary::coroutine_state* const c = state.by_slot(e.args[0]);
    if (c == nullptr || c->site == 0 || end_ns_) return;
    population& p = sites_[c->site];
    if (p.living++ == 0 && p.bins.empty()) {
      p.begin_ns = e.t_ns;
      p.event = e.n;
    }
    p.last = c->id;
    p.thread = e.thread;
    p.note(e.t_ns);
  }

  void finish(const diary::scheduler_state& end) override {
    if (about_.gaps.any()) return;  // the missing events may be ends
    const std::int64_t end_ns = end_ns_.value_or(end.now_ns());
    for (const auto& [site, p] : sites_) {
      if (p.living < about_.limits.population || !p.only_grows(end_ns)) continue;
      finding f;
      f.kind = finding_kind::spawn_grows;
      f.coroutine = p.last;
      f.evidence = p.event;
      f.when = {p.begin_ns, end_ns};
      f.site = about_.site_or_name(site, p.last);
      f.size = static_cast<std::int64_t>(p.living);
      f.title = "the coroutines spawned at " + f.site + " only grow in number: " + std::to_string(p.living) +
                " live in the end";
      f.detail = "More are spawned than end, all the time. The last one is " + about_.name(p.last) + ".";
      about_.report(std::move(f), p.thread);
    }
  }

 private:
  // How many lived, at least and at most, in stretches of time. When there are too many, pairs are joined.
  struct population {
    struct bin {
      std::uint64_t least = UINT64_MAX, most = 0;
    };
    static constexpr std::size_t most_bins = 512, parts = 8;
    std::vector<bin> bins;
    std::int64_t begin_ns = 0, bin_ns = 100'000;
    std::uint64_t living = 0, event = 0, last = 0;
    std::uint32_t thread = 0;

    void note(std::int64_t t_ns) {
      const auto since_ns = static_cast<std::uint64_t>(std::max<std::int64_t>(0, t_ns - begin_ns));
      while (since_ns / static_cast<std::uint64_t>(bin_ns) >= most_bins) join_bins();
      const auto i = static_cast<std::size_t>(since_ns / static_cast<std::uint64_t>(bin_ns));
      if (i >= bins.size()) bins.resize(i + 1);
      bins[i].least = std::min(bins[i].least, living);
      bins[i].most = std::max(bins[i].most, living);
    }
    void join_bins() {
      for (std::size_t i = 0; i < (bins.size() + 1) / 2; ++i) {
        const bin a = bins[2 * i], b = 2 * i + 1 < bins.size() ? bins[2 * i + 1] : bin{};
        bins[i] = {std::min(a.least, b.least), std::max(a.most, b.most)};
      }
      bins.resize((bins.size() + 1) / 2);
      bin_ns *= 2;
    }
    bool only_grows(std::int64_t end_ns) const {
      std::array<bin, parts> part;
      const std::int64_t length_ns = std::max<std::int64_t>(1, end_ns - begin_ns);
      for (std::size_t i = 0; i < bins.size(); ++i) {
        const double share = static_cast<double>(i) * static_cast<double>(bin_ns) / static_cast<double>(length_ns);
        bin& of = part[std::min(parts - 1, static_cast<std::size_t>(share * parts))];
        of.least = std::min(of.least, bins[i].least);
        of.most = std::max(of.most, bins[i].most);
      }
      for (std::size_t i = 1; i < parts; ++i) {
        if (part[i].most <= part[i - 1].most || part[i].least < part[i - 1].most) return false;
      }
      return true;
    }
  };

  const investigation& about_;
  std::optional<std::int64_t> end_ns_;  // when main ended
  std::map<std::uint64_t, population> sites_;
};

}  // namespace

std::unique_ptr<detector> make_spawn_grows(const investigation& about) { return std::make_unique<spawn_grows>(about); }

}  // namespace weft::viz
