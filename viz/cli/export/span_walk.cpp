#include "cli/export/span_walk.hpp"

#include <algorithm>
#include <array>

namespace weft::viz::cli {

using diary::coroutine_state;

void span_walk::run(const std::function<bool(std::uint64_t)>& go_on) {
  bool goes_on = true;
  trace_.source().walk(0).for_each([&](const diary::event& e) {
    goes_on = e.n % 4096 != 0 || !go_on || go_on(e.n);
    if (goes_on) take(e);
    return goes_on;
  });
  if (goes_on) finish();
}

// The schema of an event says which coroutines it can change: its slot arguments, and the one that ran before it.
void span_walk::take(const diary::event& e) {
  std::array<std::uint64_t, diary::max_args + 1> touched{};
  std::size_t count = 0;
  const auto touch = [&](std::uint64_t slot) {
    const auto end = touched.begin() + static_cast<std::ptrdiff_t>(count);
    if (slot != 0 && std::find(touched.begin(), end, slot) == end) touched[count++] = slot;
  };
  const std::uint64_t ran = e.thread < state_.threads().size() ? state_.threads()[e.thread].running_slot : 0;
  touch(ran);
  if (const diary::event_schema* schema = diary::find_schema(e.type)) {
    for (std::size_t i = 0; i < schema->arg_count; ++i) {
      if (schema->kinds[i] == diary::arg_kind::slot) touch(e.args[i]);
    }
  }
  const coroutine_state* const runs = state_.by_slot(ran);
  const std::uint64_t running = runs ? runs->id : 0;

  state_.apply(e);
  const std::int64_t t_ns = now_ns();

  if (diary::family_of(e.type) == diary::event_family::own) to_.says(e, running, t_ns);
  if (is_wake(e.type)) {
    const coroutine_state* const woken = state_.by_slot(e.args[0]);
    if (woken && woken->woken_event == e.n && woken->since_event == e.n) to_.wakes(*woken, woken->woken_by, e, t_ns);
  }
  // The leaving coroutine first, then the entering one: so the spans on a thread's lane follow each other.
  for (std::size_t i = 0; i < count; ++i) note_slot(touched[i], t_ns);
  for (const std::uint64_t slot : state_.just_introduced()) note_slot(slot, t_ns);
  if (e.thread < state_.threads().size()) note_thread(e.thread, t_ns);
  if (state_.live_count() != live_) {
    live_ = state_.live_count();
    to_.live_count_is(live_, t_ns);
  }
}

void span_walk::note_slot(std::uint64_t slot, std::int64_t t_ns) {
  const coroutine_state* const now = state_.by_slot(slot);
  const auto told = open_.find(slot);
  if (told != open_.end()) {
    const coroutine_state& before = told->second;
    const bool is_same = now && now->id == before.id;
    if (is_same && now->since_event == before.since_event && now->status == before.status) return;
    to_.state_ends(before, t_ns);
    if (!is_same) {
      const coroutine_state* const ended = state_.just_ended();
      to_.coroutine_ends(before, ended && ended->id == before.id ? ended : nullptr, t_ns);
      open_.erase(told);
    }
  }
  if (!now) return;
  const coroutine_state* const owner = state_.owner_of_wait(*now);
  to_.state_begins(*now, owner ? owner->id : 0, t_ns);
  open_[slot] = *now;
}

void span_walk::note_thread(std::uint32_t thread, std::int64_t t_ns) {
  if (thread >= threads_.size()) threads_.resize(thread + 1);
  const diary::thread_state& now = state_.threads()[thread];
  thread_now& told = threads_[thread];
  const coroutine_state* const runs = state_.by_slot(now.running_slot);
  const std::uint64_t running = runs ? runs->id : 0;
  // Never both at once, even in a wrong file: spans of one lane must not cross.
  const bool polls = now.polling && running == 0;
  if (told.polling && !polls) to_.poll_ends(thread, t_ns);
  if (told.running != running) {
    if (told.running != 0) to_.run_ends(thread, t_ns);
    if (running != 0) to_.run_begins(thread, *runs, t_ns);
    told.running = running;
  }
  if (!told.polling && polls) to_.poll_begins(thread, t_ns);
  told.polling = polls;
  if (told.ready != now.ready.size()) {
    told.ready = now.ready.size();
    to_.ready_depth_is(thread, told.ready, t_ns);
  }
}

void span_walk::finish() {
  const std::int64_t t_ns = now_ns();
  std::vector<const coroutine_state*> left;
  for (const auto& [slot, c] : open_) left.push_back(&c);
  std::sort(left.begin(), left.end(), [](const coroutine_state* a, const coroutine_state* b) {
    return a->id != b->id ? a->id < b->id : a->slot < b->slot;
  });
  for (const coroutine_state* const c : left) {
    to_.state_ends(*c, t_ns);
    to_.coroutine_ends(*c, nullptr, t_ns);
  }
  for (std::uint32_t i = 0; i < threads_.size(); ++i) {
    if (threads_[i].polling) to_.poll_ends(i, t_ns);
    if (threads_[i].running != 0) to_.run_ends(i, t_ns);
  }
}

}  // namespace weft::viz::cli
