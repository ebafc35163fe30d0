#include "weft/select.hpp"

#include <algorithm>
#include <numeric>
#include <optional>
#include <utility>

#include "core/random_sequence.hpp"
#include "core/scheduler.hpp"
#include "weft/detail/core/deadline.hpp"

namespace weft::detail {

namespace {

std::uint64_t next_choice() noexcept {
  static thread_local core::random_sequence of_plain_thread;
  core::scheduler* const s = core::scheduler::current();
  return s != nullptr ? s->next_choice() : of_plain_thread.next();
}

void shuffle(std::span<std::size_t> order) noexcept {
  for (std::size_t left = order.size(); left > 1; --left) std::swap(order[next_choice() % left], order[left - 1]);
}

// Delivers every interruption that is due before the select starts, whether or not it has to wait.
void deliver_interruption() {
  core::scheduler* const s = core::scheduler::current();
  if (s != nullptr && s->running() != nullptr) s->deliver_to_select();
}

// In a rendezvous the getter runs before the putter. The item is gone by then, so a cancellation must not come in
// between: the next suspension or select delivers it.
void let_others_first() {
  core::scheduler* const s = core::scheduler::current();
  core::coroutine* const me = s != nullptr ? s->running() : nullptr;
  if (me == nullptr || me->unsuspendable > 0) return;
  ++me->shields;
  s->yield();
  --me->shields;
}

// The object that the diary shows as waited for: the only one of the cases, or null.
const object* only_object(std::span<select_case* const> cases) noexcept {
  const object* only = nullptr;
  for (const select_case* c : cases) {
    const object* const o = c->what();
    if (o == nullptr || o == only) continue;
    if (only != nullptr) return nullptr;
    only = o;
  }
  return only;
}

// The waiters of one select in all waiter lists. The destructor always removes them.
class stand final : public selection {
 public:
  stand(std::span<select_case* const> cases, std::span<const std::size_t> order)
      : selection(only_object(cases)), cases_(cases), order_(order) {}
  ~stand() { give_up(); }

  void give_up() noexcept override {
    if (const std::optional<std::size_t> which = leave()) cases_[*which]->decline();
  }

  // Returns the case that happened, `timer` if the time ran out, or nullopt if the cases must be tried again.
  std::optional<std::size_t> wait(time_limit limit, std::size_t timer) {
    wait_outcome outcome = wait_outcome::granted;
    while (enlisted_ < order_.size() && cases_[order_[enlisted_]]->enlist(*this)) ++enlisted_;
    if (enlisted_ == order_.size()) outcome = sleep(limit);
    if (outcome == wait_outcome::interrupted) {
      if (const std::optional<std::size_t> which = leave()) cases_[*which]->decline();
      throw_interruption();
    }
    if (const std::optional<std::size_t> which = leave()) return cases_[*which]->complete() ? which : std::nullopt;
    return outcome == wait_outcome::timed_out ? std::optional(timer) : std::nullopt;
  }

 private:
  // Returns the claimed case, once.
  std::optional<std::size_t> leave() noexcept {
    if (std::exchange(left_, true)) return std::nullopt;
    waiter* const claimed = close();
    std::optional<std::size_t> which;
    for (std::size_t i = 0; i < enlisted_; ++i) {
      select_case& c = *cases_[order_[i]];
      const bool is_it = claimed != nullptr && c.is(*claimed);
      if (is_it) which = order_[i];
      if (!is_it || claimed_elsewhere()) c.withdraw();
    }
    return which;
  }

  std::span<select_case* const> cases_;
  std::span<const std::size_t> order_;
  std::size_t enlisted_ = 0;
  bool left_ = false;
};

}  // namespace

void ready_case_base::told::completed(completion& c) noexcept {
  if (part_of->claim(*this)) part_of->wake(c.what());
}

std::size_t select_one(std::span<select_case* const> cases, std::span<std::size_t> order) {
  std::size_t otherwise = cases.size();
  std::size_t timer = cases.size();
  std::int64_t limit_ns = forever;
  for (std::size_t i = 0; i < cases.size(); ++i) {
    if (cases[i]->is_otherwise()) otherwise = std::min(otherwise, i);
    if (cases[i]->limit_ns() < limit_ns) {
      timer = i;
      limit_ns = cases[i]->limit_ns();
    }
  }
  const bool may_suspend = otherwise == cases.size();
  std::iota(order.begin(), order.end(), std::size_t{0});
  const deadline end(limit_ns);
  for (;;) {
    deliver_interruption();
    shuffle(order);
    for (const std::size_t i : order) {
      if (!cases[i]->attempt()) continue;
      if (may_suspend && cases[i]->goes_behind()) let_others_first();
      return i;
    }
    if (!may_suspend) return otherwise;
    const time_limit left = end.left();
    if (left.is_zero()) return timer;
    stand here(cases, order);
    if (const std::optional<std::size_t> which = here.wait(left, timer)) return *which;
  }
}

}  // namespace weft::detail
