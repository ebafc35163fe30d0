// Finds stacks that were almost used up.
#include <map>

#include "analysis/detector.hpp"

namespace weft::viz {
namespace {

class stack_near_guard : public detector {
 public:
  explicit stack_near_guard(const investigation& about) : about_(about) {}

  bool wants_before(diary::event_type type) const override { return type == diary::event_type::stack_mark; }

  void before(const diary::event& e, const diary::scheduler_state& state) override {
    const diary::coroutine_state* const c = state.by_slot(e.args[0]);
    const auto used = static_cast<double>(e.args[1]), reserved = static_cast<double>(e.args[2]);
    if (!c || used * 100 < reserved * static_cast<double>(about_.limits.stack_per_cent)) return;
    // A stack that reports more than its size was not measured.
    if (e.args[2] == 0 || e.args[1] > e.args[2]) return;
    group& g = by_site_[c->site != 0 ? c->site : UINT64_MAX - c->id];
    if (e.args[1] <= g.used) return;
    g.used = e.args[1];
    g.f.kind = finding_kind::stack_near_guard;
    g.f.coroutine = c->id;
    g.f.evidence = e.n;
    g.f.when = {e.t_ns, e.t_ns};
    g.f.title = about_.name(c->id) + " used " + std::to_string(e.args[1] / 1024) + " of " +
                std::to_string(e.args[2] / 1024) + " KiB of its stack";
    g.f.detail = "Only " + std::to_string(e.args[2] - e.args[1]) +
                 " bytes were left before the guard. Give it a larger stack_size.";
    const std::string site = about_.site_text(c->site);
    if (!site.empty()) g.f.detail += " Spawned at " + site + ".";
  }

  void finish(const diary::scheduler_state&, std::vector<finding>& found) override {
    for (auto& [site, g] : by_site_) found.push_back(std::move(g.f));
  }

 private:
  struct group {
    finding f;
    std::uint64_t used = 0;
  };

  const investigation& about_;
  std::map<std::uint64_t, group> by_site_;  // the fullest stack of each site
};

}  // namespace

std::unique_ptr<detector> make_stack_near_guard(const investigation& about) {
  return std::make_unique<stack_near_guard>(about);
}

}  // namespace weft::viz
