#include "model/trace_model.hpp"

#include <algorithm>

namespace weft::viz {
namespace {

bool is_wake(diary::event_type type) {
  using t = diary::event_type;
  return type == t::wake || type == t::wake_fd || type == t::wake_timer || type == t::wake_remote;
}

std::string file_name(const std::string& path) {
  const std::size_t slash = path.find_last_of("/\\");
  return slash == std::string::npos ? path : path.substr(slash + 1);
}

}  // namespace

trace_model::trace_model(diary::history trace, const model_limits& limits)
    : history_(std::move(trace)), limits_(limits) {
  const auto take_all = [this](const diary::event& e) {
    take(e);
    return true;
  };
  events().for_each(0, events().event_count(), take_all);
}

bool trace_model::refresh() {
  if (!history_.refresh()) return false;
  events().for_each(taken_, events().event_count(), [this](const diary::event& e) {
    take(e);
    return true;
  });
  return true;
}

// Which coroutines an event touches follows from its schema: the arguments that are slots, and whoever ran before it.
// What became of them is read from scheduler_state, so the rules of the diary are not written down a second time here.
void trace_model::take(const diary::event& e) {
  if (taken_ == 0) begin_ns_ = end_ns_ = e.t_ns;
  end_ns_ = std::max(end_ns_, e.t_ns);
  taken_ = e.n + 1;

  std::array<std::uint64_t, diary::max_args + 1> touched{};
  std::size_t touched_count = 0;
  const auto touch = [&](std::uint64_t slot) {
    const auto end = touched.begin() + static_cast<std::ptrdiff_t>(touched_count);
    if (slot != 0 && std::find(touched.begin(), end, slot) == end) touched[touched_count++] = slot;
  };
  const bool known_thread = e.thread < end_state_.threads().size();
  const std::uint64_t ran = known_thread ? end_state_.threads()[e.thread].running_slot : 0;
  touch(ran);
  if (const diary::event_schema* schema = diary::find_schema(e.type)) {
    for (std::size_t i = 0; i < schema->arg_count; ++i) {
      if (schema->kinds[i] == diary::arg_kind::slot) touch(e.args[i]);
    }
  }

  const diary::coroutine_state* sleeper = is_wake(e.type) ? end_state_.by_slot(e.args[0]) : nullptr;
  const bool wakes = sleeper != nullptr;
  const diary::wait_reason waited_for = sleeper != nullptr ? sleeper->reason : diary::wait_reason::none;

  end_state_.apply(e);

  for (std::size_t i = 0; i < touched_count; ++i) {
    if (const diary::coroutine_state* now = end_state_.by_slot(touched[i])) note_coroutine(e, *now);
  }
  if (wakes) note_wake(e, waited_for);
  if (const diary::coroutine_state* ended = end_state_.just_ended()) {
    const auto found = by_id_.find(ended->id);
    if (found != by_id_.end()) {
      coroutines_[found->second].states.append({e.t_ns, e.n, ended->status, diary::wait_reason::none});
    }
  }
  note_thread(e);
}

void trace_model::note_wake(const diary::event& e, diary::wait_reason waited_for) {
  const diary::coroutine_state* target = end_state_.by_slot(e.args[0]);
  const auto found = target != nullptr ? by_id_.find(target->id) : by_id_.end();
  if (found == by_id_.end() || target->woken_event != e.n) return;
  const auto waker = by_id_.find(target->woken_by);
  const bool timer = e.type == diary::event_type::wake_timer;
  const std::int64_t late_ns = timer ? static_cast<std::int64_t>(std::min<std::uint64_t>(e.args[2], INT64_MAX)) : 0;
  coroutines_[found->second].wakes.push_back(static_cast<std::uint32_t>(wakes_.size()));
  wakes_.push_back(
      {e.n, e.t_ns, found->second, waker == by_id_.end() ? nobody : waker->second, e.thread, waited_for, late_ns});
}

void trace_model::note_coroutine(const diary::event& e, const diary::coroutine_state& now) {
  const auto [found, is_new] = by_id_.try_emplace(now.id, static_cast<coroutine_index>(coroutines_.size()));
  if (is_new) coroutines_.push_back({now.id, now.thread, track(limits_.long_run_ns), {}});
  coroutine_track& c = coroutines_[found->second];
  c.thread = now.thread;
  const bool changed = c.states.empty() || now.since_event == e.n;
  if (!changed) {
    const transition& last = c.states[c.states.size() - 1];
    if (last.status() == now.status && last.reason() == now.reason) return;
  }
  c.states.append({e.t_ns, e.n, now.status, now.reason});
}

void trace_model::note_thread(const diary::event& e) {
  while (threads_.size() < end_state_.threads().size()) threads_.push_back({track(limits_.long_run_ns), {}});
  if (e.thread >= threads_.size()) return;
  thread_track& thread = threads_[e.thread];
  const diary::thread_state& now = end_state_.threads()[e.thread];
  coroutine_index who = nobody;
  if (const diary::coroutine_state* running = end_state_.by_slot(now.running_slot)) {
    const auto found = by_id_.find(running->id);
    if (found != by_id_.end()) who = found->second;
    // A yield to itself begins a new run.
    if (running->since_event == e.n && who != nobody) {
      thread.runs.append({e.t_ns, e.n, diary::coroutine_status::running, diary::wait_reason::none});
      thread.who.push_back(who);
      return;
    }
  }
  const coroutine_index before = thread.who.empty() ? nobody : thread.who.back();
  if (who == before) return;
  thread.runs.append({e.t_ns, e.n, who == nobody ? diary::coroutine_status::none : diary::coroutine_status::running,
                      diary::wait_reason::none});
  thread.who.push_back(who);
}

std::size_t trace_model::first_wake_from(std::uint64_t n) const {
  const auto found = std::lower_bound(wakes_.begin(), wakes_.end(), n,
                                      [](const wake& w, std::uint64_t event) { return w.event < event; });
  return static_cast<std::size_t>(found - wakes_.begin());
}

const wake* trace_model::wake_at(std::uint64_t event) const {
  const std::size_t i = first_wake_from(event);
  return i < wakes_.size() && wakes_[i].event == event ? &wakes_[i] : nullptr;
}

std::optional<coroutine_index> trace_model::find_coroutine(std::uint64_t id) const {
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? std::nullopt : std::optional(found->second);
}

coroutine_index trace_model::coroutine_of_slot(std::uint64_t slot, std::uint64_t n) const {
  if (slot == 0) return nobody;
  return find_coroutine(history_.id_of_slot(slot, n)).value_or(nobody);
}

coroutine_index trace_model::running_after(std::uint32_t thread, std::uint64_t n) const {
  if (thread >= threads_.size()) return nobody;
  const std::size_t i = threads_[thread].runs.find_event(n);
  return i == track::npos ? nobody : threads_[thread].who[i];
}

coroutine_index trace_model::running_before(std::uint32_t thread, std::uint64_t n) const {
  return n == 0 ? nobody : running_after(thread, n - 1);
}

const diary::coroutine_record& trace_model::record(coroutine_index c) const {
  static const diary::coroutine_record unknown;
  const diary::coroutine_record* found = history_.find_coroutine(coroutines_[c].id);
  return found != nullptr ? *found : unknown;
}

std::string trace_model::site_text(coroutine_index c) const {
  const diary::site_record* site = history_.site(record(c).site);
  if (site == nullptr || site->file.empty()) return {};
  return file_name(site->file) + ":" + std::to_string(site->line);
}

std::string trace_model::thread_label(std::uint32_t thread) const {
  if (thread >= end_state_.threads().size()) return "thread " + std::to_string(thread);
  const diary::thread_state& t = end_state_.threads()[thread];
  return "thread " + std::to_string(t.tid != 0 ? t.tid : thread);
}

}  // namespace weft::viz
