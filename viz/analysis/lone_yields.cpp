// Finds a coroutine that yields again and again although no other one is ready: it polls for something and keeps the
// processor busy.
#include <utility>

#include "analysis/detector.hpp"

namespace weft::viz {
namespace {

class lone_yields : public detector {
 public:
  explicit lone_yields(const investigation& about) : about_(about) {}

  bool wants_before(diary::event_type type) const override { return is_switch(type); }
  bool wants_after(diary::event_type type) const override { return is_switch(type); }

  void before(const diary::event& e, const diary::scheduler_state& state) override {
    if (e.thread >= storms_.size()) storms_.resize(e.thread + 1);
    storm& s = storms_[e.thread];
    const diary::coroutine_state* const leaver = running_on(state, e.thread);
    if (e.type == diary::event_type::yield && leaver) {
      if (leaver->id != s.id) end(e.thread, e.n);
      if (s.id == 0) s = {leaver->id, leaver->site, 0, e.n, e.t_ns, e.t_ns};
      ++s.yields;
      s.last_ns = e.t_ns;
      return;
    }
    // A stay at the root in between does not end the series; another coroutine that runs and any real wait do.
    if (e.type != diary::event_type::enter) end(e.thread, e.n);
  }

  void after(const diary::event& e, const diary::scheduler_state& state) override {
    const diary::coroutine_state* const now = running_on(state, e.thread);
    if (now && now->id != storms_[e.thread].id) end(e.thread, e.n);
  }

  void finish(const diary::scheduler_state& last) override {
    for (std::uint32_t thread = 0; thread < storms_.size(); ++thread) end(thread, last.applied());
  }

 private:
  struct storm {
    std::uint64_t id = 0, site = 0, yields = 0, first_event = 0;
    std::int64_t begin_ns = 0, last_ns = 0;
  };

  void end(std::uint32_t thread, std::uint64_t event) {
    const storm s = storms_[thread];
    storms_[thread] = {};
    if (s.yields < about_.limits.lone_yields || !about_.gaps.is_whole(thread, s.first_event, event)) return;
    finding f;
    const time_range when{s.begin_ns, s.last_ns};
    f.kind = finding_kind::lone_yields;
    f.coroutine = s.id;
    f.evidence = s.first_event;
    f.when = when;
    f.title = about_.name(s.id) + " yielded " + std::to_string(s.yields) + " times in a row with nobody else ready";
    f.detail = "For " + duration_text(about_.paused.active_ns(thread, when)) +
               " it was its own successor. A wait for what it looks for would leave the processor idle.";
    f.site = about_.site_or_name(s.site, s.id);
    f.size = static_cast<std::int64_t>(s.yields);
    about_.report(std::move(f), thread);
  }

  const investigation& about_;
  std::vector<storm> storms_;  // by thread: the current one, if any
};

}  // namespace

std::unique_ptr<detector> make_lone_yields(const investigation& about) { return std::make_unique<lone_yields>(about); }

}  // namespace weft::viz
