#include "weft/detail/async/several.hpp"

#include <algorithm>
#include <mutex>
#include <optional>
#include <stdexcept>

#include "core/scheduler.hpp"
#include "trace/words/states.hpp"
#include "weft/errors.hpp"
#include "weft/this_coroutine.hpp"

namespace weft::detail {

struct several::member final : completion_listener {
  void completed(completion&) noexcept override { of->end(*this); }

  several* of = nullptr;
  task_state* state = nullptr;
  bool ended = false;  // guarded by of->object_.lock
};

namespace {

diary::wait_reason reason_of(several_for whom) {
  switch (whom) {
    case several_for::join_all:
      return diary::wait_reason::join_all;
    case several_for::gather:
      return diary::wait_reason::gather;
    case several_for::wait:
      return diary::wait_reason::wait_tasks;
    case several_for::pool_map:
      return diary::wait_reason::pool_join;
    case several_for::as_completed:
      return diary::wait_reason::as_completed;
  }
  return diary::wait_reason::none;
}

}  // namespace

several::several(const std::vector<task_state*>& states, several_for whom)
    : object_(diary::object_kind::tasks, {}),
      reason_(reason_of(whom)),
      members_(states.size()),
      all_(std::make_unique<member[]>(states.size())) {
  ended_.reserve(members_);
  for (std::size_t i = 0; i < members_; ++i) {
    task_state* s = states[i];
    if (s == nullptr) throw std::logic_error("the task is empty");
    s->check_waitable();
    all_[i].of = this;
    all_[i].state = s;
  }
  // A task that has ended already never notifies us. Another thread's task may end meanwhile, so the order is corrected
  // below.
  std::vector<member*> over;
  over.reserve(members_);
  for (std::size_t i = 0; i < members_; ++i) {
    if (!all_[i].state->listen(all_[i])) over.push_back(&all_[i]);
  }
  for (member* m : over) end(*m);
  const std::lock_guard guard(object_.lock);
  std::stable_sort(ended_.begin(), ended_.end(), [this](std::size_t a, std::size_t b) {
    return all_[a].state->end_order() < all_[b].state->end_order();
  });
}

several::~several() {
  for (std::size_t i = 0; i < members_; ++i) all_[i].state->withdraw(all_[i]);
}

void several::end(member& m) noexcept {
  const std::lock_guard guard(object_.lock);
  const auto place = static_cast<std::size_t>(&m - all_.get());
  m.ended = true;
  ended_.push_back(place);
  const task_status how = m.state->status();
  failed_ += how == task_status::failed;
  without_value_ += how != task_status::done;
  // Reports name the first task that has not ended as the one waited for.
  while (first_unended_ < members_ && all_[first_unended_].ended) ++first_unended_;
  if (first_unended_ < members_ && !waiters_.empty()) name_owner();
  waiter* const w = waiters_.front();
  if (w == nullptr || !reached(*static_cast<const goal*>(w->handed))) return;
  waiters_.remove(*w);
  wake(object_, *w);
}

void several::name_owner() noexcept {
  const task_state& s = *all_[first_unended_].state;
  object_.owner.store(s.id(), std::memory_order_relaxed);
  object_.owner_slot = s.slot();
}

bool several::reached(const goal& g) const noexcept {
  if (ended_.size() == members_) return true;
  switch (g.what) {
    case goal::ends:
      return ended_.size() >= g.count;
    case goal::failure:
      return failed_ >= g.count;
    case goal::valueless:
      return without_value_ >= g.count;
  }
  return true;
}

wait_outcome several::wait_uninterrupted(const goal& g, time_limit limit) {
  object_.lock.lock();
  const bool done = reached(g);
  if (done || limit.is_zero()) {
    object_.lock.unlock();
    return done ? wait_outcome::granted : wait_outcome::timed_out;
  }
  waiter w;
  w.handed = const_cast<goal*>(&g);
  waiters_.push_back(w);
  name_owner();
  return suspend(object_, w, reason_, limit);
}

bool several::wait(const goal& g, time_limit limit) { return end_of_wait(wait_uninterrupted(g, limit)); }

void several::own_until_valueless() { own({goal::valueless, 1}); }
void several::own_until_all() { own({goal::ends, members_}); }

void several::own(const goal& g) {
  const wait_outcome outcome = wait_uninterrupted(g, forever);
  try {
    end_of_wait(outcome);
  } catch (...) {
    for (std::size_t i = 0; i < members_; ++i) {
      all_[i].state->mark_read();
      all_[i].state->cancel(nullptr);
    }
    const cancel_shield until_they_have_ended;
    wait_for_all(forever);
    throw;
  }
}

std::vector<std::size_t> several::ended() const {
  const std::lock_guard guard(object_.lock);
  return ended_;
}

std::size_t several::ended(std::size_t nth) const {
  const std::lock_guard guard(object_.lock);
  return ended_[nth];
}

void several::rethrow_first() {
  for (const std::size_t place : ended()) {
    task_state& s = *all_[place].state;
    if (s.status() == task_status::done) continue;
    for (std::size_t i = 0; i < members_; ++i) all_[i].state->mark_read();
    s.rethrow();
  }
}

void kill_all_of(const std::vector<task_state*>& states) {
  if (std::find(states.begin(), states.end(), nullptr) != states.end()) throw std::logic_error("the task is empty");
  const std::uint64_t me = current_id();
  task_state* self = nullptr;
  std::vector<task_state*> others;
  others.reserve(states.size());
  for (task_state* const s : states) {
    if (me != 0 && s->id() == me) {
      self = s;
    } else {
      others.push_back(s);
    }
  }
  for (task_state* const s : others) s->cancel(nullptr);
  if (self != nullptr) self->cancel(nullptr);
  {
    std::optional<cancel_shield> until_they_have_ended;
    if (in_coroutine()) until_they_have_ended.emplace();
    several(others, several_for::join_all).wait_for_all(forever);
  }
  if (me == 0) return;
  core::scheduler& here = *core::scheduler::current();
  if (self != nullptr) here.throw_request();
  if (here.interruption_due(*here.running())) throw_interruption();
}

}  // namespace weft::detail
