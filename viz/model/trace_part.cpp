#include "model/trace_part.hpp"

#include <algorithm>
#include <array>

namespace weft::viz {
namespace {

coroutine_index index_of(std::uint64_t id, const diary::history& names) {
  const std::size_t place = id != 0 ? names.place_of(id) : diary::history::npos;
  return place == diary::history::npos ? nobody : static_cast<coroutine_index>(place);
}

}  // namespace

trace_part::trace_part(std::int64_t long_run_ns, diary::scheduler_state before, const diary::history& names)
    : long_run_ns_(long_run_ns), state_(std::move(before)) {
  is_empty_ = false;
  begin_event_ = end_event_ = state_.applied();
  begin_ns_ = end_ns_ = state_.now_ns();
  const std::uint64_t last = begin_event_ == 0 ? 0 : begin_event_ - 1;
  for (const diary::coroutine_state* c : state_.coroutines()) {
    coroutine_track* t = track_of(c->id, c->thread, names);
    if (t != nullptr) t->states.append({c->since_ns, std::min(c->since_event, last), c->status, c->reason});
  }
  for (const diary::thread_state& now : state_.threads()) {
    thread_track& thread = threads_.emplace_back(thread_track{track(long_run_ns_), {}});
    if (!now.has_events) continue;
    const diary::coroutine_state* c = state_.by_slot(now.running_slot);
    const coroutine_index who = c != nullptr ? index_of(c->id, names) : nobody;
    const auto status = who != nobody ? diary::coroutine_status::running : diary::coroutine_status::none;
    thread.runs.append(
        {now.since_ns, c != nullptr ? std::min(c->since_event, last) : last, status, diary::wait_reason::none});
    thread.who.push_back(who);
  }
}

// The schema of an event says which coroutines it can change: those named by its slot arguments, and the one that ran
// before it. Their new states are read from scheduler_state, so the rules of the diary are not repeated here.
void trace_part::take(const diary::event& e, const diary::history& names) {
  if (is_empty_) {
    is_empty_ = false;
    begin_event_ = e.n;
    begin_ns_ = end_ns_ = e.t_ns;
  }
  end_ns_ = std::max(end_ns_, e.t_ns);
  end_event_ = e.n + 1;

  std::array<std::uint64_t, diary::max_args + 1> touched{};
  std::size_t touched_count = 0;
  const auto touch = [&](std::uint64_t slot) {
    const auto end = touched.begin() + static_cast<std::ptrdiff_t>(touched_count);
    if (slot != 0 && std::find(touched.begin(), end, slot) == end) touched[touched_count++] = slot;
  };
  const bool known_thread = e.thread < state_.threads().size();
  const std::uint64_t ran = known_thread ? state_.threads()[e.thread].running_slot : 0;
  touch(ran);
  if (const diary::event_schema* schema = diary::find_schema(e.type)) {
    for (std::size_t i = 0; i < schema->arg_count; ++i) {
      if (schema->kinds[i] == diary::arg_kind::slot) touch(e.args[i]);
    }
  }

  const diary::coroutine_state* sleeper = is_wake(e.type) ? state_.by_slot(e.args[0]) : nullptr;
  const bool wakes = sleeper != nullptr;
  const diary::wait_reason waited_for = sleeper != nullptr ? sleeper->reason : diary::wait_reason::none;

  state_.apply(e);

  for (std::size_t i = 0; i < touched_count; ++i) {
    if (const diary::coroutine_state* now = state_.by_slot(touched[i])) note_coroutine(e, *now, names);
  }
  for (const std::uint64_t slot : state_.just_introduced()) {
    if (const diary::coroutine_state* now = state_.by_slot(slot)) note_coroutine(e, *now, names);
  }
  if (wakes) note_wake(e, waited_for, names);
  if (const diary::coroutine_state* ended = state_.just_ended()) {
    coroutine_track* known = track_of(ended->id, ended->thread, names);
    if (known != nullptr) known->states.append({e.t_ns, e.n, ended->status, diary::wait_reason::none});
  }
  note_thread(e, names);
}

coroutine_track* trace_part::track_of(std::uint64_t id, std::uint32_t thread, const diary::history& names) {
  const coroutine_index who = index_of(id, names);
  if (who == nobody) return nullptr;
  if (who >= place_of_.size()) place_of_.resize(who + 1 + who / 2);
  if (place_of_[who] == 0) {
    coroutines_.push_back({who, id, thread, track(long_run_ns_), {}});
    place_of_[who] = static_cast<std::uint32_t>(coroutines_.size());
  }
  return &coroutines_[place_of_[who] - 1];
}

void trace_part::note_wake(const diary::event& e, diary::wait_reason waited_for, const diary::history& names) {
  const diary::coroutine_state* target = state_.by_slot(e.args[0]);
  if (target == nullptr || target->woken_event != e.n) return;
  coroutine_track* woken = track_of(target->id, target->thread, names);
  if (woken == nullptr) return;
  const bool timer = e.type == diary::event_type::wake_timer;
  const std::int64_t late_ns = timer ? static_cast<std::int64_t>(std::min<std::uint64_t>(e.args[2], INT64_MAX)) : 0;
  woken->wakes.push_back(static_cast<std::uint32_t>(wakes_.size()));
  wakes_.push_back({e.n, e.t_ns, woken->who, index_of(target->woken_by, names), e.thread, waited_for, late_ns});
}

void trace_part::note_coroutine(const diary::event& e, const diary::coroutine_state& now, const diary::history& names) {
  coroutine_track* c = track_of(now.id, now.thread, names);
  if (c == nullptr) return;
  c->thread = now.thread;
  const bool changed = c->states.empty() || now.since_event == e.n;
  if (!changed) {
    const transition& last = c->states[c->states.size() - 1];
    if (last.status() == now.status && last.reason() == now.reason) return;
  }
  c->states.append({e.t_ns, e.n, now.status, now.reason});
}

void trace_part::note_thread(const diary::event& e, const diary::history& names) {
  while (threads_.size() < state_.threads().size()) threads_.push_back({track(long_run_ns_), {}});
  if (e.thread >= threads_.size()) return;
  thread_track& thread = threads_[e.thread];
  const diary::thread_state& now = state_.threads()[e.thread];
  coroutine_index who = nobody;
  if (const diary::coroutine_state* running = state_.by_slot(now.running_slot)) {
    who = index_of(running->id, names);
    // A yield to itself starts a new run.
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

std::size_t trace_part::first_wake_from(std::uint64_t n) const {
  const auto found = std::lower_bound(wakes_.begin(), wakes_.end(), n,
                                      [](const wake& w, std::uint64_t event) { return w.event < event; });
  return static_cast<std::size_t>(found - wakes_.begin());
}

const wake* trace_part::wake_at(std::uint64_t event) const {
  const std::size_t i = first_wake_from(event);
  return i < wakes_.size() && wakes_[i].event == event ? &wakes_[i] : nullptr;
}

coroutine_index trace_part::running_after(std::uint32_t thread, std::uint64_t n) const {
  if (thread >= threads_.size()) return nobody;
  const std::size_t i = threads_[thread].runs.find_event(n);
  return i == track::npos ? nobody : threads_[thread].who[i];
}

}  // namespace weft::viz
