// Who is still blocked after the last event, by what they wait for. Sleepers are not meant: they would have gone on;
// nor, in a trace that was cut off, who waits for the outside.
#include <algorithm>
#include <map>
#include <utility>

#include "analysis/detector.hpp"

namespace weft::viz {
namespace {

std::string names_of(const investigation& about, const std::vector<const diary::coroutine_state*>& members) {
  constexpr std::size_t named = 6;
  std::string names;
  for (std::size_t i = 0; i < std::min(members.size(), named); ++i) {
    names += (i > 0 ? ", " : "") + about.name(members[i]->id);
  }
  return members.size() > named ? names + " and " + std::to_string(members.size() - named) + " more." : names + ".";
}

std::vector<finding> find_blocked(const investigation& about, const diary::scheduler_state& end) {
  struct group {
    std::vector<const diary::coroutine_state*> members;
  };
  std::map<std::pair<diary::wait_reason, std::uint64_t>, group> groups;
  for (const diary::coroutine_state* c : end.coroutines()) {
    const bool blocked = c->status == diary::coroutine_status::blocked;
    const span_kind kind = kind_of(c->status, c->reason);
    if (!blocked || kind == span_kind::sleeping) continue;
    // Of a program that was killed nobody knows what would have come from outside.
    if (kind == span_kind::io && about.trace.source().info().truncated) continue;
    if (!about.gaps.is_whole(c->thread, c->since_event, end.applied())) continue;
    groups[{c->reason, c->object}].members.push_back(c);
  }
  std::vector<finding> result;
  for (const auto& [key, g] : groups) {
    const diary::coroutine_state& oldest = **std::min_element(
        g.members.begin(), g.members.end(), [](const auto* a, const auto* b) { return a->since_ns < b->since_ns; });
    finding f;
    f.kind = finding_kind::blocked_at_end;
    f.coroutine = oldest.id;
    f.evidence = oldest.since_event;
    f.when = {oldest.since_ns, end.now_ns()};
    const std::string name = about.name(oldest.id);
    std::string what(to_text(oldest.reason));
    std::replace(what.begin(), what.end(), '_', ' ');
    if (oldest.object != 0) what = about.trace.object_label(oldest.object) + " (" + what + ")";
    const bool alone = g.members.size() == 1;
    f.title = (alone ? name + " is" : counted(g.members.size(), "coroutine is", "coroutines are")) +
              " blocked at the end of the trace: " + what;
    f.detail = alone ? "For " + duration_text(f.when.length_ns()) + "." : names_of(about, g.members);
    if (oldest.owner_slot != 0) {
      const std::uint64_t owner = about.trace.id_of_slot(oldest.owner_slot, oldest.since_event + 1);
      if (owner != 0) f.detail += " Its owner is " + about.name(owner) + ".";
    }
    result.push_back(std::move(f));
  }
  std::stable_sort(result.begin(), result.end(),
                   [](const finding& a, const finding& b) { return a.when.begin_ns < b.when.begin_ns; });
  return result;
}

class blocked_at_end : public detector {
 public:
  explicit blocked_at_end(const investigation& about) : about_(about) {}

  void finish(const diary::scheduler_state& end, std::vector<finding>& found) override {
    if (about_.still_growing) return;
    for (finding& f : find_blocked(about_, end)) found.push_back(std::move(f));
  }

 private:
  const investigation& about_;
};

}  // namespace

std::unique_ptr<detector> make_blocked_at_end(const investigation& about) {
  return std::make_unique<blocked_at_end>(about);
}

}  // namespace weft::viz
