// Finds zones that their coroutine left open when it ended, and ends of zones by a coroutine that had begun none: the
// two are often one zone that another coroutine ended.
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "analysis/detector.hpp"

namespace weft::viz {
namespace {

using diary::event_type;

class zone_open : public detector {
 public:
  explicit zone_open(const investigation& about) : about_(about) {}

  bool wants_before(event_type type) const override {
    return type == event_type::zone_begin || type == event_type::zone_end || type == event_type::finish;
  }

  void before(const diary::event& e, const diary::scheduler_state& state) override {
    const diary::coroutine_state* const c = running_on(state, e.thread);
    // What was open before the recording began is unknown.
    if (c == nullptr || c->from_checkpoint || !about_.gaps.is_whole(c->thread, c->spawned_event, e.n)) return;
    if (e.type == event_type::zone_begin) {
      open_[c->id].push_back({e.args[0], e.n, e.t_ns});
      return;
    }
    const auto found = open_.find(c->id);
    if (e.type == event_type::zone_end) {
      if (found == open_.end()) {
        report(*c, e.n, {e.t_ns, e.t_ns}, about_.name(c->id) + " ended a zone that it had not begun",
               "A zone belongs to the coroutine that begins it.");
        return;
      }
      found->second.pop_back();
      if (found->second.empty()) open_.erase(found);
      return;
    }
    if (found == open_.end()) return;
    for (const zone& z : found->second) {
      report(*c, z.event, {z.begin_ns, e.t_ns},
             about_.name(c->id) + " left zone \u201c" + about_.trace.string(z.name) + "\u201d open",
             "It was still open when its coroutine ended.");
    }
    open_.erase(found);
  }

 private:
  struct zone {
    std::uint64_t name = 0, event = 0;
    std::int64_t begin_ns = 0;
  };

  void report(const diary::coroutine_state& c, std::uint64_t event, time_range when, std::string title,
              std::string detail) {
    finding f;
    f.kind = finding_kind::zone_open;
    f.coroutine = c.id;
    f.evidence = event;
    f.when = when;
    f.site = about_.site_or_name(c.site, c.id);
    f.title = std::move(title);
    f.detail = std::move(detail);
    about_.report(std::move(f), c.thread);
  }

  const investigation& about_;
  std::unordered_map<std::uint64_t, std::vector<zone>> open_;  // by coroutine; never empty
};

}  // namespace

std::unique_ptr<detector> make_zone_open(const investigation& about) { return std::make_unique<zone_open>(about); }

}  // namespace weft::viz
