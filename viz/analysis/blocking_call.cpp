// Finds libc calls that the libc patch recorded but that blocked the whole thread: the coroutine still ran when the
// call returned, and for a long time before that no other event happened on its thread.
#include <map>

#include "analysis/detector.hpp"

namespace weft::viz {
namespace {

class blocking_call : public detector {
 public:
  explicit blocking_call(const investigation& about) : about_(about) {}

  bool wants_before(diary::event_type /*type*/) const override { return true; }

  void before(const diary::event& e, const diary::scheduler_state& state) override {
    if (e.thread >= last_ns_.size()) last_ns_.resize(e.thread + 1, INT64_MIN);
    const std::int64_t since_ns = last_ns_[e.thread];
    last_ns_[e.thread] = e.t_ns;
    if (e.type != diary::event_type::libc_call || since_ns == INT64_MIN) return;
    const diary::coroutine_state* const c = running_on(state, e.thread);
    const time_range when{since_ns, e.t_ns};
    if (!c || about_.paused.active_ns(e.thread, when) < about_.limits.blocking_call_ns) return;
    if (!about_.gaps.is_whole(e.thread, c->since_event, e.n)) return;
    const std::string call = diary::sanitised(e.text);
    group& g = by_call_[call];
    ++g.count;
    if (g.count > 1 && when.length_ns() <= g.f.when.length_ns()) return;
    g.f.kind = finding_kind::blocking_call;
    g.f.coroutine = c->id;
    g.f.evidence = e.n;
    g.f.when = when;
    g.f.title = call + " blocked the thread for up to " + duration_text(when.length_ns());
    g.f.detail = about_.name(c->id) + " called it" +
                 (e.args[0] != 0 ? " for fd " + std::to_string(e.args[0] - 1) : std::string()) +
                 ", and nothing else happened on its thread until it came back.";
  }

  void finish(const diary::scheduler_state&, std::vector<finding>& found) override {
    for (auto& [call, g] : by_call_) {
      if (g.count > 1) g.f.detail += " The longest of " + std::to_string(g.count) + " such calls.";
      found.push_back(std::move(g.f));
    }
  }

 private:
  struct group {
    finding f;
    std::uint64_t count = 0;
  };

  const investigation& about_;
  std::vector<std::int64_t> last_ns_;  // by thread: time of the last event
  std::map<std::string, group> by_call_;
};

}  // namespace

std::unique_ptr<detector> make_blocking_call(const investigation& about) {
  return std::make_unique<blocking_call>(about);
}

}  // namespace weft::viz
