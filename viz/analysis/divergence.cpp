#include "analysis/divergence.hpp"

#include <algorithm>
#include <deque>
#include <unordered_map>

#include "trace/state/scheduler_state.hpp"
#include "trace/words/comparable_name.hpp"

namespace weft::viz {
namespace {

using diary::coroutine_state;
using diary::event;
using diary::event_type;

enum class kind : std::uint8_t { spawn, spawn_after, leaves, runs, wakes };

// Identifies a coroutine in both traces: the n-th that was spawned on a thread. 0: none.
struct identity {
  std::uint32_t thread = 0;
  std::uint64_t n = 0;
  friend bool operator==(const identity&, const identity&) = default;
};

// What is compared.
struct step {
  kind what = kind::runs;
  event_type type = event_type::none;  // how a coroutine leaves or is woken
  identity who, parent;
  std::uint64_t detail = 0;  // wait reason, status or wake cause
  std::string name;          // of the spawned coroutine
  std::string site;
  friend bool operator==(const step&, const step&) = default;
};

struct placed_step {
  step compared;
  std::uint64_t event = 0;
  std::int64_t t_ns = 0;
  std::uint64_t id = 0, parent = 0;  // for the text
};

// The decisions of one trace, thread by thread, read on demand.
class decisions {
 public:
  explicit decisions(const diary::history& trace)
      : trace_(trace), state_(trace.source().info().shuffled), walk_(trace.source().walk(0)) {}

  // Reads on until `thread` has a decision that has not been removed by pop(). Returns null if the thread has no more.
  const placed_step* front(std::uint32_t thread) {
    while (thread >= waiting_.size() || waiting_[thread].empty()) {
      if (!read()) return nullptr;
    }
    return &waiting_[thread].front();
  }
  void pop(std::uint32_t thread) { waiting_[thread].pop_front(); }

  // Returns the thread of the next decision that has not been removed, in the order of the trace.
  std::optional<std::uint32_t> next_thread() {
    for (;;) {
      std::optional<std::uint32_t> earliest;
      for (std::uint32_t t = 0; t < waiting_.size(); ++t) {
        if (waiting_[t].empty()) continue;
        if (!earliest || waiting_[t].front().event < waiting_[*earliest].front().event) earliest = t;
      }
      if (earliest || !read()) return earliest;
    }
  }

  std::string words(const placed_step& s) const {
    const auto name = [&](std::uint64_t id) {
      const std::string label = trace_.coroutine_label(id);
      const std::string number = "#" + std::to_string(id);
      return label == number ? label : label + " (" + number + ")";
    };
    switch (s.compared.what) {
      case kind::spawn:
      case kind::spawn_after:
        return (s.parent != 0 ? name(s.parent) : std::string("the scheduler")) + " spawns " + name(s.id) +
               (s.compared.what == kind::spawn_after ? " for later" : "") +
               (s.compared.site.empty() ? "" : " at " + s.compared.site);
      case kind::leaves: {
        if (s.compared.type == event_type::finish) {
          return name(s.id) + " ends: " + std::string(to_text(static_cast<diary::coroutine_status>(s.compared.detail)));
        }
        if (s.compared.type == event_type::yield) return name(s.id) + " yields";
        if (s.compared.type == event_type::sleep) return name(s.id) + " sleeps";
        return name(s.id) + " blocks: " + std::string(to_text(static_cast<diary::wait_reason>(s.compared.detail)));
      }
      case kind::runs:
        return name(s.id) + " runs";
      case kind::wakes:
        return (s.parent != 0 ? name(s.parent)
                              : std::string(s.compared.type == event_type::wake_timer ? "a timer"
                                            : s.compared.type == event_type::wake_fd  ? "the poller"
                                                                                      : "another thread")) +
               " wakes " + name(s.id) + " (" + std::string(to_text(static_cast<diary::wake_cause>(s.compared.detail))) +
               ")";
    }
    return "";
  }

 private:
  identity identity_of(std::uint64_t id) const {
    const auto found = identities_.find(id);
    return found == identities_.end() ? identity{} : found->second;
  }

  void put(const event& e, placed_step s) {
    s.event = e.n;
    s.t_ns = e.t_ns;
    if (e.thread >= waiting_.size()) waiting_.resize(e.thread + 1);
    waiting_[e.thread].push_back(std::move(s));
  }

  bool read() {
    event e;
    if (!walk_.next(e)) return false;
    const bool is_known_thread = e.thread < state_.threads().size();
    const coroutine_state* const ran =
        is_known_thread ? state_.by_slot(state_.threads()[e.thread].running_slot) : nullptr;
    const std::uint64_t ran_id = ran ? ran->id : 0;
    state_.apply(e);
    if (is_spawn(e.type)) put_spawn(e);
    if (is_switch(e.type)) put_switch(e, ran_id);
    if (is_wake(e.type)) put_wake(e);
    return true;
  }

  void put_spawn(const event& e) {
    const coroutine_state* const c = state_.by_slot(e.args[0]);
    if (!c) return;
    identities_[c->id] = {e.thread, ++spawned_[e.thread]};
    placed_step s;
    s.compared.what = e.type == event_type::spawn ? kind::spawn : kind::spawn_after;
    s.compared.who = identity_of(c->id);
    s.compared.parent = identity_of(c->parent);
    s.compared.name = diary::comparable_name(trace_.string(c->name));
    // Lines move when a program is edited, so a site distinguishes only coroutines without a name.
    const diary::site_record* const site = s.compared.name.empty() ? trace_.site(c->site) : nullptr;
    if (site) {
      s.compared.site = site->file.substr(site->file.find_last_of("/\\") + 1) + ":" + std::to_string(site->line);
    }
    s.id = c->id;
    s.parent = c->parent;
    put(e, std::move(s));
  }

  // A stay at the root in between, where the scheduler checks timers and the poller, is no decision. Which coroutine
  // leaves and which one runs next are decisions.
  void put_switch(const event& e, std::uint64_t ran_id) {
    if (e.type != event_type::enter && ran_id != 0) {
      placed_step s;
      s.compared.what = kind::leaves;
      s.compared.type = e.type;
      s.compared.who = identity_of(ran_id);
      if (e.type == event_type::block || e.type == event_type::block_fd || e.type == event_type::finish) {
        s.compared.detail = e.args[1];
      }
      s.id = ran_id;
      put(e, std::move(s));
    }
    const coroutine_state* const enters = state_.by_slot(e.args[0]);
    if (!enters) return;
    placed_step s;
    s.compared.what = kind::runs;
    s.compared.who = identity_of(enters->id);
    s.id = enters->id;
    put(e, std::move(s));
  }

  void put_wake(const event& e) {
    const coroutine_state* const c = state_.by_slot(e.args[0]);
    if (!c) return;
    placed_step s;
    s.compared.what = kind::wakes;
    s.compared.type = e.type;
    s.compared.who = identity_of(c->id);
    s.compared.parent = identity_of(c->woken_by);
    s.compared.detail = static_cast<std::uint64_t>(c->woken_cause);
    s.id = c->id;
    s.parent = c->woken_by;
    put(e, std::move(s));
  }

  const diary::history& trace_;
  diary::scheduler_state state_;
  diary::event_walk walk_;
  std::unordered_map<std::uint64_t, identity> identities_;
  std::unordered_map<std::uint32_t, std::uint64_t> spawned_;
  std::vector<std::deque<placed_step>> waiting_;  // by thread: read, not yet removed
};

decision in_words(const decisions& of, const placed_step& s) { return {s.event, s.t_ns, of.words(s)}; }

}  // namespace

std::optional<divergence> first_divergence(const diary::history& a, const diary::history& b) {
  constexpr std::size_t shown_before = 3;
  decisions of_a(a), of_b(b);
  struct progress {
    std::uint64_t index = 0;
    std::deque<placed_step> last;
  };
  std::unordered_map<std::uint32_t, progress> threads;
  for (;;) {
    const std::optional<std::uint32_t> thread_of_a = of_a.next_thread();
    const std::optional<std::uint32_t> thread = thread_of_a ? thread_of_a : of_b.next_thread();
    if (!thread) return std::nullopt;
    const placed_step* const from_a = of_a.front(*thread);
    const placed_step* const from_b = of_b.front(*thread);
    progress& so_far = threads[*thread];
    if (from_a && from_b && from_a->compared == from_b->compared) {
      ++so_far.index;
      so_far.last.push_back(*from_a);
      if (so_far.last.size() > shown_before) so_far.last.pop_front();
      of_a.pop(*thread);
      of_b.pop(*thread);
      continue;
    }
    divergence d;
    d.thread = *thread;
    d.index = so_far.index;
    if (from_a) d.a = in_words(of_a, *from_a);
    if (from_b) d.b = in_words(of_b, *from_b);
    for (const placed_step& s : so_far.last) d.before.push_back(in_words(of_a, s));
    return d;
  }
}

}  // namespace weft::viz
