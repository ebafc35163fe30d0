#include "analysis/statistics.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "trace/scheduler_state.hpp"

namespace weft::viz {
namespace {

using diary::coroutine_state;
using diary::coroutine_status;
using diary::event;
using diary::event_type;
using diary::wait_reason;

// For switches args[0] is who runs next.
bool is_switch(event_type type) {
  switch (type) {
    case event_type::enter:
    case event_type::yield:
    case event_type::sleep:
    case event_type::block:
    case event_type::block_fd:
    case event_type::finish:
      return true;
    default:
      return false;
  }
}

// For wakes args[0] is the woken slot.
bool is_wake(event_type type) {
  return type == event_type::wake || type == event_type::wake_fd || type == event_type::wake_timer ||
         type == event_type::wake_remote;
}

std::string site_name(const diary::history& trace, std::uint64_t id) {
  const diary::site_record* site = trace.site(id);
  if (!site) return "(unknown)";
  return site->file + ":" + std::to_string(site->line) + (site->function.empty() ? "" : " " + site->function);
}

std::string reason_name(wait_reason reason) {
  return reason == wait_reason::none ? "spawn or yield" : std::string(diary::to_text(reason));
}

class collector {
 public:
  collector(const diary::history& trace, grouping by)
      : trace_(trace), by_(by), state_(trace.source().info().shuffled), waited_for_(trace.coroutines().size()) {
    if (by != grouping::reason) make_rows();
  }

  std::vector<statistics_row> collect() {
    trace_.source().walk(0).for_each([this](const event& e) {
      take(e);
      return true;
    });
    finish();
    if (by_ == grouping::reason) {
      std::sort(rows_.begin(), rows_.end(), [](const auto& a, const auto& b) { return a.id < b.id; });
    }
    return std::move(rows_);
  }

 private:
  // Who runs on a thread, or ran there last.
  struct run_on_thread {
    std::uint64_t id = 0;                    // 0: nobody
    std::uint64_t last_id = 0;               // the one before nobody
    bool yielded = false;                    // that one yielded: if it comes back at once its run goes on
    wait_reason reason = wait_reason::none;  // what it had waited for
    std::int64_t run_since_ns = 0;
    std::int64_t since_ns = 0;  // the same without a look at the poller in between
    std::uint64_t since_event = 0;
  };

  // The whole-life sums are in the trace's own records: only runs and delays need the events.
  void make_rows() {
    for (const diary::coroutine_record& c : trace_.coroutines()) {
      const std::size_t place = place_of(by_ == grouping::coroutine ? c.id : by_ == grouping::site ? c.site : 0);
      row_of_record_.push_back(place);
      statistics_row& row = rows_[place];
      if (row.coroutines == 0) {
        row.name = by_ == grouping::coroutine ? trace_.coroutine_label(c.id)
                   : by_ == grouping::site    ? site_name(trace_, c.site)
                                              : "all";
      }
      ++row.coroutines;
      row.spawns += c.spawns;
      row.run_ns += c.run_ns;
      row.ready_ns += c.ready_ns;
      row.blocked_ns += c.blocked_ns;
    }
  }

  std::size_t place_of(std::uint64_t key) {
    const auto [found, is_new] = place_of_key_.try_emplace(key, rows_.size());
    if (is_new) rows_.emplace_back().id = key;
    return found->second;
  }

  statistics_row& row_for(wait_reason reason) {
    statistics_row& row = rows_[place_of(static_cast<std::uint64_t>(reason))];
    if (row.name.empty()) row.name = reason_name(reason);
    return row;
  }

  // Null for a coroutine that the trace never introduced.
  statistics_row* row_for(std::uint64_t coroutine, wait_reason reason) {
    if (by_ == grouping::reason) return &row_for(reason);
    const diary::coroutine_record* c = trace_.find_coroutine(coroutine);
    return c ? &rows_[row_of_record_[index_of(*c)]] : nullptr;
  }

  std::size_t index_of(const diary::coroutine_record& c) const {
    return static_cast<std::size_t>(&c - trace_.coroutines().data());
  }

  // What the coroutine waited for last; from the wake to the next run.
  wait_reason& waited_for(std::uint64_t coroutine) {
    const diary::coroutine_record* c = trace_.find_coroutine(coroutine);
    return c ? waited_for_[index_of(*c)] : waited_for_by_unknown_;
  }

  void take(const event& e) {
    if (is_wake(e.type)) {
      if (const coroutine_state* woken = state_.by_slot(e.args[0])) take_wake(*woken, e.t_ns);
    }
    // What the coming run waited in the ready queue.
    std::optional<std::int64_t> delay_ns;
    if (is_switch(e.type)) {
      const coroutine_state* next = state_.by_slot(e.args[0]);
      if (next && next->status == coroutine_status::ready) delay_ns = e.t_ns - next->since_ns;
    }
    state_.apply(e);
    if (state_.threads().size() > runs_.size()) runs_.resize(state_.threads().size());
    if (e.thread >= runs_.size()) return;
    const coroutine_state* now = state_.by_slot(state_.threads()[e.thread].running_slot);
    const std::uint64_t now_id = now ? now->id : 0;
    run_on_thread& run = runs_[e.thread];
    if (now_id == run.id) return;
    if (run.id != 0) {
      end_run(run, e.t_ns);
      run.yielded = e.type == event_type::yield;
    }
    if (now) begin_run(run, *now, delay_ns, e);
  }

  void take_wake(const coroutine_state& woken, std::int64_t t_ns) {
    if (woken.status != coroutine_status::blocked) return;
    waited_for(woken.id) = woken.reason;
    if (by_ != grouping::reason) return;
    statistics_row& row = row_for(woken.reason);
    row.waited.add(t_ns - woken.since_ns);
    row.blocked_ns += t_ns - woken.since_ns;
  }

  void begin_run(run_on_thread& run, const coroutine_state& now, std::optional<std::int64_t> delay_ns, const event& e) {
    const bool goes_on = run.yielded && run.last_id == now.id;
    if (!goes_on) {
      run.reason = std::exchange(waited_for(now.id), wait_reason::none);
      run.run_since_ns = e.t_ns;
      run.since_event = e.n;
    }
    if (statistics_row* row = row_for(now.id, run.reason)) {
      if (by_ == grouping::reason) row->ready_ns += delay_ns.value_or(0);
      if (run.last_id != now.id) {
        ++row->runs;
        ++row->switches;
      }
      if (delay_ns && !goes_on) row->delay.add(*delay_ns);
    }
    run.id = run.last_id = now.id;
    run.since_ns = e.t_ns;
  }

  void end_run(run_on_thread& run, std::int64_t t_ns) {
    if (statistics_row* row = row_for(run.id, run.reason)) {
      if (by_ == grouping::reason) row->run_ns += t_ns - run.since_ns;
      if (t_ns - run.run_since_ns > row->longest_run_ns) {
        row->longest_run_ns = t_ns - run.run_since_ns;
        row->longest_run_event = run.since_event;
      }
    }
    run.id = 0;
  }

  void finish() {
    const std::int64_t end_ns = state_.now_ns();
    for (run_on_thread& run : runs_) {
      if (run.id != 0) end_run(run, end_ns);
    }
    if (by_ != grouping::reason) return;
    for (const coroutine_state* c : state_.coroutines()) {
      if (c->status == coroutine_status::blocked) row_for(c->reason).blocked_ns += end_ns - c->since_ns;
      if (c->status == coroutine_status::ready) row_for(waited_for(c->id)).ready_ns += end_ns - c->since_ns;
    }
  }

  const diary::history& trace_;
  const grouping by_;
  diary::scheduler_state state_;
  std::vector<statistics_row> rows_;
  std::map<std::uint64_t, std::size_t> place_of_key_;  // coroutine id, site or reason -> place in rows_
  std::vector<std::size_t> row_of_record_;             // place in rows_, beside trace_.coroutines(); not by reason
  std::vector<wait_reason> waited_for_;                // beside trace_.coroutines()
  wait_reason waited_for_by_unknown_ = wait_reason::none;
  std::vector<run_on_thread> runs_;  // by thread
};

}  // namespace

std::vector<statistics_row> compute_statistics(const diary::history& trace, grouping by) {
  return collector(trace, by).collect();
}

}  // namespace weft::viz
