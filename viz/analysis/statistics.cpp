#include "analysis/statistics.hpp"

#include <algorithm>
#include <utility>

#include "analysis/detector.hpp"
#include "trace/words/time_sums.hpp"

namespace weft::viz {
namespace {

using diary::coroutine_state;
using diary::coroutine_status;
using diary::event;
using diary::event_type;
using diary::wait_reason;

std::string site_name(const diary::history& trace, std::uint64_t id) {
  const diary::site_record* site = trace.site(id);
  if (!site) return "(unknown)";
  return site->file + ":" + std::to_string(site->line) + (site->function.empty() ? "" : " " + site->function);
}

std::string reason_name(wait_reason reason) {
  return reason == wait_reason::none ? "spawn or yield" : std::string(diary::to_text(reason));
}

}  // namespace

std::uint64_t statistics_collector::key_of(const coroutine_state& c, wait_reason reason) const {
  switch (by_) {
    case grouping::coroutine:
      return c.id;
    case grouping::site:
      return c.site;
    case grouping::reason:
      return static_cast<std::uint64_t>(reason);
    case grouping::whole:
      break;
  }
  return 0;
}

void statistics_collector::before(const event& e, const diary::scheduler_state& state) {
  delay_ns_.reset();
  paused_.take(e, state);
  if (is_switch(e.type)) {
    const coroutine_state* const next = state.by_slot(e.args[0]);
    runs_before_ = next ? next->runs : 0;
    if (next && next->status == coroutine_status::ready) {
      delay_ns_ = paused_.active_ns(next->thread, {next->since_ns, e.t_ns});
    }
    if (by_ != grouping::reason) {
      take_out_pauses(next, e.t_ns);
      const coroutine_state* const leaver = running_on(state, e.thread);
      if (leaver != next) take_out_pauses(leaver, e.t_ns);
    }
    return;
  }
  if (!is_wake(e.type)) return;
  const coroutine_state* const woken = state.by_slot(e.args[0]);
  if (!woken || woken->status != coroutine_status::blocked) return;
  if (by_ != grouping::reason) {
    take_out_pauses(woken, e.t_ns);
    return;
  }
  last_wait_[woken->id] = woken->reason;
  statistics_row& r = row(static_cast<std::uint64_t>(woken->reason));
  const std::int64_t waited_ns = paused_.active_ns(woken->thread, {woken->since_ns, e.t_ns});
  r.waited.add(waited_ns);
  diary::add_ns(r.blocked_ns, waited_ns);
}

void statistics_collector::take_out_pauses(const coroutine_state* c, std::int64_t t_ns) {
  const std::int64_t paused_ns = c && paused_.any() ? paused_.within(c->thread, {c->since_ns, t_ns}) : 0;
  if (paused_ns == 0) return;
  statistics_row& r = row(key_of(*c, wait_reason::none));
  if (c->status == coroutine_status::running) diary::add_ns(r.run_ns, -paused_ns);
  if (c->status == coroutine_status::ready) diary::add_ns(r.ready_ns, -paused_ns);
  if (c->status == coroutine_status::blocked) diary::add_ns(r.blocked_ns, -paused_ns);
}

void statistics_collector::after(const event& e, const diary::scheduler_state& state) {
  const coroutine_state* const ended = e.type == event_type::finish ? state.just_ended() : nullptr;
  if (e.thread >= state.threads().size()) return;
  if (state.threads().size() > runs_.size()) runs_.resize(state.threads().size());
  run_on_thread& run = runs_[e.thread];
  const coroutine_state* const now = state.by_slot(state.threads()[e.thread].running_slot);
  if ((now ? now->id : 0) != run.id) {
    if (run.id != 0) {
      end_run(run, e.t_ns);
      if (ended && ended->never_began) --row(run.key).runs;
      run.yielded = e.type == event_type::yield;
    }
    if (now) begin_run(run, *now, e);
  }
  if (!ended) return;
  ++finished_;
  if (by_ == grouping::reason) {
    last_wait_.erase(ended->id);
  } else {
    add_life(*ended, ended->since_ns);
  }
}

void statistics_collector::begin_run(run_on_thread& run, const coroutine_state& now, const event& e) {
  const bool goes_on = run.yielded && run.last_id == now.id;
  if (!goes_on) {
    run.reason = wait_reason::none;
    if (by_ == grouping::reason) {
      const auto found = last_wait_.find(now.id);
      if (found != last_wait_.end()) run.reason = std::exchange(found->second, wait_reason::none);
    }
    run.run_since_ns = e.t_ns;
    run.since_event = e.n;
  }
  run.key = key_of(now, run.reason);
  statistics_row& r = row(run.key);
  if (by_ == grouping::reason) diary::add_ns(r.ready_ns, delay_ns_.value_or(0));
  // A coroutine that runs at a checkpoint was switched to before.
  if (is_switch(e.type) && now.runs != runs_before_) {
    ++r.runs;
    ++r.switches;
  }
  if (delay_ns_ && !goes_on) r.delay.add(*delay_ns_);
  run.id = run.last_id = now.id;
  run.thread = now.thread;
  run.since_ns = e.t_ns;
}

void statistics_collector::end_run(run_on_thread& run, std::int64_t t_ns) {
  statistics_row& r = row(run.key);
  if (by_ == grouping::reason) diary::add_ns(r.run_ns, paused_.active_ns(run.thread, {run.since_ns, t_ns}));
  const std::int64_t run_ns = paused_.active_ns(run.thread, {run.run_since_ns, t_ns});
  if (run_ns > r.longest_run_ns) {
    r.longest_run_ns = run_ns;
    r.longest_run_event = run.since_event;
  }
  run.id = 0;
}

// The state has the sums of a life; the present status is counted up to end_ns.
void statistics_collector::add_life(const coroutine_state& c, std::int64_t end_ns) {
  statistics_row& r = row(key_of(c, wait_reason::none));
  const std::int64_t open_ns = std::max<std::int64_t>(0, paused_.active_ns(c.thread, {c.since_ns, end_ns}));
  r.spawns += c.spawns;
  diary::add_ns(r.run_ns, c.run_ns + (c.status == coroutine_status::running ? open_ns : 0));
  diary::add_ns(r.ready_ns, c.ready_ns + (c.status == coroutine_status::ready ? open_ns : 0));
  diary::add_ns(r.blocked_ns, c.blocked_ns + (c.status == coroutine_status::blocked ? open_ns : 0));
}

std::vector<statistics_row> statistics_collector::finish(const diary::scheduler_state& end,
                                                         const diary::history& names) {
  const std::int64_t end_ns = end.now_ns();
  for (run_on_thread& run : runs_) {
    if (run.id != 0) end_run(run, end_ns);
  }
  std::vector<statistics_row> all;
  if (by_ == grouping::reason) {
    for (const coroutine_state* c : end.coroutines()) {
      const std::int64_t open_ns = paused_.active_ns(c->thread, {c->since_ns, end_ns});
      if (c->status == coroutine_status::blocked)
        diary::add_ns(row(static_cast<std::uint64_t>(c->reason)).blocked_ns, open_ns);
      if (c->status != coroutine_status::ready) continue;
      const auto found = last_wait_.find(c->id);
      const wait_reason reason = found != last_wait_.end() ? found->second : wait_reason::none;
      diary::add_ns(row(static_cast<std::uint64_t>(reason)).ready_ns, open_ns);
    }
    for (auto& [key, r] : rows_) {
      r.id = key;
      r.name = reason_name(static_cast<wait_reason>(key));
      all.push_back(std::move(r));
    }
    std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.id < b.id; });
    return all;
  }
  for (const coroutine_state* c : end.coroutines()) add_life(*c, end_ns);
  // One row for each coroutine that the trace names, in spawn order.
  std::unordered_map<std::uint64_t, std::size_t> place_of_key;
  for (const diary::coroutine_record& c : names.lives()) {
    const std::uint64_t key = by_ == grouping::coroutine ? c.id : by_ == grouping::site ? c.site : 0;
    const auto [found, is_new] = place_of_key.try_emplace(key, all.size());
    if (is_new) {
      statistics_row& r = all.emplace_back(std::move(row(key)));
      r.id = key;
      r.name = by_ == grouping::coroutine ? names.coroutine_label(c.id)
               : by_ == grouping::site    ? site_name(names, c.site)
                                          : "all";
    }
    ++all[found->second].coroutines;
  }
  return all;
}

diary::history::totals_record statistics_collector::totals(const diary::scheduler_state& end,
                                                           const diary::history& names) const {
  diary::history::totals_record sum = diary::history::totals_of_threads(end);
  sum.coroutines = names.lives().size();
  sum.finished = finished_;
  return sum;
}

std::vector<statistics_row> compute_statistics(const diary::history& trace, grouping by) {
  diary::scheduler_state state(trace.source().info().shuffled);
  statistics_collector collector(by);
  trace.source().walk(0).for_each([&](const event& e) {
    collector.before(e, state);
    state.apply(e);
    collector.after(e, state);
    return true;
  });
  return collector.finish(state, trace);
}

}  // namespace weft::viz
