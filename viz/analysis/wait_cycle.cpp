// Finds coroutines that wait for each other: a owns what b waits for, and waits for what b owns.
#include <algorithm>
#include <map>

#include "analysis/detector.hpp"

namespace weft::viz {
namespace {

using diary::coroutine_state;

class wait_cycle : public detector {
 public:
  explicit wait_cycle(const investigation& about) : about_(about) {}

  bool wants_before(diary::event_type type) const override { return type == diary::event_type::block || is_wake(type); }
  bool wants_after(diary::event_type type) const override { return type == diary::event_type::block; }

  void before(const diary::event& e, const diary::scheduler_state& state) override {
    const coroutine_state* const runs = e.type == diary::event_type::block ? running_on(state, e.thread) : nullptr;
    blocks_ = runs ? runs->slot : 0;
    note_end(e, state);
  }

  // The last wait closes a cycle.
  void after(const diary::event& e, const diary::scheduler_state& state) override {
    if (blocks_ == 0) return;
    std::vector<const coroutine_state*> chain;
    for (const coroutine_state* c = state.by_slot(blocks_); c; c = state.owner_of_wait(*c)) {
      const auto seen = std::find(chain.begin(), chain.end(), c);
      if (seen == chain.end()) {
        chain.push_back(c);
        continue;
      }
      if (seen == chain.begin()) note_cycle(e, chain, state);
      return;
    }
  }

  void finish(const diary::scheduler_state& end) override {
    for (cycle& c : cycles_) {
      c.f.when.end_ns = end.now_ns();
      c.f.detail += " It lasts to the end of the trace.";
      about_.report(std::move(c.f), c.thread);
    }
  }

 private:
  struct cycle {
    finding f;
    std::vector<std::uint64_t> members;  // ids
    std::uint32_t thread = 0;
    bool is_deadlock = false;  // main got deadlock_error meanwhile
  };
  static constexpr std::size_t most_open = 100;

  void note_cycle(const diary::event& e, const std::vector<const coroutine_state*>& chain,
                  const diary::scheduler_state& state) {
    if (cycles_.size() == most_open) return;
    cycle found;
    for (const coroutine_state* const c : chain) {
      if (!about_.gaps.is_whole(c->thread, c->since_event, e.n)) return;
      found.members.push_back(c->id);
      if (c != chain.front()) found.f.others.push_back(c->id);
    }
    finding& f = found.f;
    f.kind = finding_kind::wait_cycle;
    f.coroutine = chain.front()->id;
    f.evidence = e.n;
    f.when = {e.t_ns, e.t_ns};
    for (std::size_t i = 0; i < chain.size(); ++i) {
      f.title += (i == 0 ? "" : i + 1 == chain.size() ? " and " : ", ") + about_.name(chain[i]->id);
    }
    found.thread = e.thread;
    f.site = about_.site_or_name(chain.front()->site, chain.front()->id);
    f.title += chain.size() == 1 ? " waits for itself" : " wait for each other";
    for (const coroutine_state* const c : chain) {
      const coroutine_state* const owner = state.owner_of_wait(*c);
      std::string what(diary::to_text(c->reason));
      std::replace(what.begin(), what.end(), '_', ' ');
      const diary::object_record* const object = about_.trace.object(c->object);
      const bool is_task = object && object->kind == diary::object_kind::task;
      f.detail += (f.detail.empty() ? "" : " ") + about_.name(c->id) + " waits for " +
                  (is_task          ? "the end of "
                   : c->object != 0 ? about_.trace.object_label(c->object) + ", held by "
                                    : what + ", held by ") +
                  about_.name(owner->id) + ".";
    }
    cycles_.push_back(std::move(found));
  }

  // A cycle is over as soon as one of its members is woken.
  void note_end(const diary::event& e, const diary::scheduler_state& state) {
    if (!is_wake(e.type)) return;
    const coroutine_state* const woken = state.by_slot(e.args[0]);
    if (!woken) return;
    if (is_deadlock(e)) {
      for (cycle& c : cycles_) c.is_deadlock = c.is_deadlock || c.thread == e.thread;
    }
    std::erase_if(cycles_, [&](cycle& c) {
      if (std::find(c.members.begin(), c.members.end(), woken->id) == c.members.end()) return false;
      c.f.when.end_ns = e.t_ns;
      c.f.detail += c.is_deadlock ? " It ended with deadlock_error, after " : " It ended after ";
      c.f.detail += duration_text(about_.paused.active_ns(c.thread, c.f.when)) + ".";
      about_.report(std::move(c.f), c.thread);
      return true;
    });
  }

  const investigation& about_;
  std::uint64_t blocks_ = 0;   // the slot that the present event blocks
  std::vector<cycle> cycles_;  // that are not over
};

}  // namespace

std::unique_ptr<detector> make_wait_cycle(const investigation& about) { return std::make_unique<wait_cycle>(about); }

}  // namespace weft::viz
