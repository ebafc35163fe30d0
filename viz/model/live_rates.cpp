#include "model/live_rates.hpp"

#include <algorithm>
#include <utility>

namespace weft::viz {
namespace {

constexpr std::size_t delays_kept = 2000;  // of a bin

std::int64_t percentile(std::vector<std::int64_t>& of, unsigned per_cent) {
  if (of.empty()) return 0;
  const std::size_t at = std::min(of.size() - 1, of.size() * per_cent / 100);
  std::nth_element(of.begin(), of.begin() + static_cast<std::ptrdiff_t>(at), of.end());
  return of[at];
}

}  // namespace

void live_rates::restart(const trace_model& trace, std::uint64_t first) {
  bins_.clear();
  running_since_.clear();
  state_ = trace.state_after(first);
}

void live_rates::take_in(const trace_model& trace) {
  trace.events().for_each(state_.applied(), trace.event_count(), [&](const diary::event& e) {
    take(e, trace.limits().long_run_ns);
    return true;
  });
}

live_rates::bin& live_rates::bin_at(std::int64_t t_ns) {
  if (bins_.empty()) bins_.push_back({.begin_ns = t_ns});
  // After a long pause only the bins that are kept are made.
  const std::int64_t newest = bins_.back().begin_ns;
  if (t_ns - newest >= bin_ns * static_cast<std::int64_t>(bins_kept + 1)) {
    const std::uint64_t live = bins_.back().live;
    bins_.clear();
    bins_.push_back({.begin_ns = t_ns - bin_ns * static_cast<std::int64_t>(bins_kept), .live = live});
  }
  while (t_ns >= bins_.back().begin_ns + bin_ns) {
    bins_.push_back({.begin_ns = bins_.back().begin_ns + bin_ns, .live = bins_.back().live});
    if (bins_.size() > bins_kept) bins_.pop_front();
  }
  // Events of several threads may be a little out of order.
  for (auto b = bins_.rbegin(); b != bins_.rend(); ++b) {
    if (t_ns >= b->begin_ns) return *b;
  }
  return bins_.front();
}

void live_rates::end_run(std::uint32_t thread, std::int64_t t_ns, std::int64_t long_run_ns) {
  const std::int64_t since = std::exchange(running_since_[thread], -1);
  if (since < 0 || t_ns <= since) return;
  bin& last = bin_at(t_ns);
  if (t_ns - since >= long_run_ns) ++last.holds;
  // A run that began in earlier bins is divided among them.
  for (bin& b : bins_) {
    const std::int64_t from = std::max(since, b.begin_ns), to = std::min(t_ns, b.begin_ns + bin_ns);
    if (to > from) b.run_ns += to - from;
  }
}

void live_rates::take(const diary::event& e, std::int64_t long_run_ns) {
  if (e.thread >= running_since_.size()) running_since_.resize(e.thread + 1, -1);
  const auto running = [&]() -> const diary::coroutine_state* {
    return e.thread < state_.threads().size() ? state_.by_slot(state_.threads()[e.thread].running_slot) : nullptr;
  };
  const diary::coroutine_state* const before = running();
  const std::uint64_t id_before = before != nullptr ? before->id : 0;
  // Who is going to run has been ready since; asked before the state forgets it.
  std::int64_t ready_since = -1;
  if (e.thread < state_.threads().size() && !state_.threads()[e.thread].ready.empty()) {
    const diary::coroutine_state* const next = state_.by_slot(state_.threads()[e.thread].ready.front());
    if (next != nullptr) ready_since = next->since_ns;
  }
  const std::size_t live_before = state_.live_count();
  state_.apply(e);
  bin& now = bin_at(e.t_ns);
  const diary::coroutine_state* const after = running();
  const std::uint64_t id_after = after != nullptr ? after->id : 0;
  if (id_after != id_before) {
    if (id_before != 0) end_run(e.thread, e.t_ns, long_run_ns);
    if (id_after != 0) {
      ++now.switches;
      running_since_[e.thread] = e.t_ns;
      if (ready_since >= 0) {
        ++now.delays_seen;
        const std::int64_t delay = std::max<std::int64_t>(0, e.t_ns - ready_since);
        if (now.delays.size() < delays_kept) {
          now.delays.push_back(delay);
        } else if (now.delays_seen % 8 == 0) {
          now.delays[now.delays_seen / 8 % delays_kept] = delay;
        }
      }
    }
  }
  if (state_.live_count() > live_before) now.spawned += state_.live_count() - live_before;
  if (state_.just_ended() != nullptr) ++now.ended;
  std::uint64_t ready = 0;
  for (const diary::thread_state& t : state_.threads()) ready += t.ready.size();
  now.deepest_ready = std::max(now.deepest_ready, ready);
  now.live = state_.live_count();
}

live_rates::second live_rates::last_second() const {
  second sum;
  if (bins_.size() < 2) return sum;
  // The last bin is not over.
  const std::size_t end = bins_.size() - 1;
  const std::size_t first = end - std::min(end, bins_of_a_second);
  std::vector<std::int64_t> delays;
  std::int64_t run_ns = 0;
  for (std::size_t i = first; i < end; ++i) {
    const bin& b = bins_[i];
    sum.switches += b.switches;
    sum.spawned += b.spawned;
    sum.ended += b.ended;
    sum.holds += b.holds;
    sum.deepest_ready = std::max(sum.deepest_ready, b.deepest_ready);
    sum.live = b.live;
    run_ns += b.run_ns;
    delays.insert(delays.end(), b.delays.begin(), b.delays.end());
  }
  sum.delay_p50_ns = percentile(delays, 50);
  sum.delay_p99_ns = percentile(delays, 99);
  const double threads = static_cast<double>(std::max<std::size_t>(1, running_since_.size()));
  sum.busy = std::min(
      1.0, static_cast<double>(run_ns) / (static_cast<double>(bin_ns) * static_cast<double>(end - first) * threads));
  return sum;
}

std::int64_t live_rates::p99_ns(const bin& b) {
  std::vector<std::int64_t> delays = b.delays;
  return percentile(delays, 99);
}

}  // namespace weft::viz
