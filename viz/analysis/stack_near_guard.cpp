// Finds stacks that were almost used up.
#include <map>
#include <utility>

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
    // One coroutine is one instance, however often its stack is measured.
    mark& fullest = fullest_[c->id];
    if (static_cast<std::int64_t>(e.args[1]) <= fullest.f.size) return;
    fullest.thread = e.thread;
    finding& f = fullest.f;
    f.kind = finding_kind::stack_near_guard;
    f.coroutine = c->id;
    f.evidence = e.n;
    f.when = {e.t_ns, e.t_ns};
    f.title = about_.name(c->id) + " used " + std::to_string(e.args[1] / 1024) + " of " +
              std::to_string(e.args[2] / 1024) + " KiB of its stack";
    f.detail = "Only " + std::to_string(e.args[2] - e.args[1]) +
               " bytes were left before the guard. Give it a larger stack_size.";
    const std::string site = about_.site_text(c->site);
    if (!site.empty()) f.detail += " Spawned at " + site + ".";
    f.site = about_.site_or_name(c->site, c->id);
    f.size = static_cast<std::int64_t>(e.args[1]);
  }

  void finish(const diary::scheduler_state&) override {
    for (auto& [id, fullest] : fullest_) about_.report(std::move(fullest.f), fullest.thread);
  }

 private:
  struct mark {
    finding f;
    std::uint32_t thread = 0;
  };

  const investigation& about_;
  std::map<std::uint64_t, mark> fullest_;  // by coroutine
};

}  // namespace

std::unique_ptr<detector> make_stack_near_guard(const investigation& about) {
  return std::make_unique<stack_near_guard>(about);
}

}  // namespace weft::viz
