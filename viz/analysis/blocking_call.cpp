// Finds libc calls that the libc patch recorded but that blocked the whole thread: the coroutine still ran when the
// call returned, and for a long time before that no other event happened on its thread.
#include <utility>

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
    finding f;
    f.kind = finding_kind::blocking_call;
    f.coroutine = c->id;
    f.evidence = e.n;
    f.when = when;
    f.title = call + " blocked the thread for up to " + duration_text(about_.paused.active_ns(e.thread, when));
    f.detail = about_.name(c->id) + " called it" +
               (e.args[0] != 0 ? " for fd " + std::to_string(e.args[0] - 1) : std::string()) +
               ", and nothing else happened on its thread until it came back.";
    f.site = about_.site_or_name(c->site, c->id);
    f.cause = call;
    about_.report(std::move(f), e.thread);
  }

 private:
  const investigation& about_;
  std::vector<std::int64_t> last_ns_;  // by thread: time of the last event
};

}  // namespace

std::unique_ptr<detector> make_blocking_call(const investigation& about) {
  return std::make_unique<blocking_call>(about);
}

}  // namespace weft::viz
