// Spawning, blocking, waking and interrupting. The switch itself is in switch.cpp, events are in root_loop.cpp.
#include "core/scheduler.hpp"

#include <algorithm>
#include <cassert>
#include <stdexcept>
#include <utility>

#include "core/blocked_report.hpp"
#include "core/fork.hpp"
#include "weft/errors.hpp"

namespace weft::core {

using diary::coroutine_status;
using diary::event_type;
using diary::wake_cause;

constinit thread_local scheduler* scheduler::current_of_thread_ = nullptr;

scheduler::scheduler(const scheduler_settings& settings, clock& c, poller& p)
    : registers_(registers_of_this_thread()),
      clock_(c),
      poller_(p),
      limits_(c),
      stacks_(settings.stack_size, &coroutine_entry),
      inbox_(inbox::open(p)),
      fds_(p, *inbox_, ready_, pen_),
      player_(*this),
      settings_(settings) {
  look_after_forks();
  if (settings.shuffle_seed) {
    ready_.shuffle(*settings.shuffle_seed);
    choices_ = random_sequence(*settings.shuffle_seed);
  }
  root_.slot = 0;
  root_.annotation.adopt_thread();
  running_ = &root_;
  current_of_thread_ = this;
  scheduler_list::add(*this);
}

scheduler::~scheduler() {
  scheduler_list::remove(*this);
  current_of_thread_ = nullptr;
  inbox_->close();
  release_ended();
  // Those that can never go on: nobody unwinds them, but their memory comes back. All of them leave their waiter lists
  // first, because what one waits for may lie on another's stack.
  for (coroutine* c = live_.oldest(); c != nullptr; c = c->younger) {
    if (c->waiting == nullptr || c->waiting->list == nullptr) continue;
    detail::waiter& w = *c->waiting;
    take_out_of_wait(*c);
    if (c->reason == diary::wait_reason::select) static_cast<detail::held_places*>(w.handed)->give_up();
  }
  while (coroutine* c = live_.oldest()) {
    live_.remove(*c);
    detach_scopes(*c);
    if (c->work != nullptr) c->work->abandoned();
    give_back_block(*c);
  }
}

namespace {
std::atomic<std::uint64_t> next_coroutine_id{1};
}

coroutine* scheduler::spawn(body& work, std::size_t stack_size, std::int64_t delay_ns) {
  const float_control spawners = read_float_control();
  coroutine* c = slab_.take();
  bool stackless = false;
  try {
    if (stack_size == no_stack) {
      stackless = true;
    } else {
      stacks_.lend_if_unusual(*c, stack_size);
    }
    if (delay_ns >= 0) arm(c->time_limit, delay_ns);
  } catch (...) {
    if (c->memory != nullptr) stacks_.take_back(*c->memory);
    slab_.give(c);
    throw;
  }
  c->time_limit.owner = c;
  c->time_limit.kind = timer_kind::start;
  c->id = detail::count_next(next_coroutine_id);
  c->home = this;
  c->control = spawners;
  c->parent_id = running_->id;
  c->work = &work;
  c->resume = stackless ? resume_kind::stackless : resume_kind::start;
  live_.add(*c);
  ++counts_.spawned;
  if (delay_ns >= 0) {
    transitions::be_born_waiting(*c);
  } else {
    transitions::be_born_ready(*c);
    ready_.push_back(c);
  }
  pen_.spawned(*c, *running_, delay_ns);
  return c;
}

void scheduler::arm(timer& t, detail::time_limit limit) {
  const std::optional<std::int64_t> now = limits_.arm(t, limit);
  if (now.has_value() && rounds_.pace().overdue(*now) && !player_.plays()) rounds_.look_at_next_step();
}

void scheduler::limit_block(coroutine& me, detail::time_limit limit, timer_kind kind) {
  me.time_limit.owner = &me;
  me.time_limit.kind = kind;
  arm(me.time_limit, limit);
}

// A wait that does not happen leaves no step in the diary, so the diary says at which check a point had come.
bool scheduler::point_has_come(bool by_clock) noexcept {
  const bool has_come = player_.point_has_come(by_clock);
  if (has_come) pen_.point_passed(player_.checks_of_points());
  return has_come;
}

bool scheduler::take_out_of_wait(coroutine& c) noexcept {
  detail::waiter* w = c.waiting;
  if (w == nullptr) return true;
  if (c.object == nullptr) return fds_.leave_line(*w);  // an fd
  c.object->lock.lock();
  const bool was_in = w->list != nullptr;
  if (was_in) w->list->remove(*w);
  c.object->lock.unlock();
  return was_in;
}

void scheduler::interrupt(coroutine& c, interruption kind, std::exception_ptr error) noexcept {
  if (has(c.pending, asked_for)) return;
  c.pending = c.pending | kind;
  c.pending_error = std::move(error);
  pen_.cancel_asked(c);
  if (c.shields == 0) push_interruption(c);
}

void scheduler::interrupt_yield(coroutine& c) noexcept {
  if (c.driver != nullptr) {
    c.outcome = detail::wait_outcome::interrupted;  // a co_task asks for it in end_wait()
  } else {
    c.resume = resume_kind::deliver;
  }
}

void scheduler::push_interruption(coroutine& c) noexcept {
  if (c.status == coroutine_status::ready) {
    if (c.resume == resume_kind::start) return;  // its body will see it and not run
    if (c.in_yield) {
      interrupt_yield(c);
    } else {
      c.outcome = detail::wait_outcome::interrupted;
    }
  } else if (c.status == coroutine_status::blocked) {
    // A grant from another thread that is under way is turned into an interruption when it arrives.
    if (!take_out_of_wait(c)) return;
    limits_.disarm(c.time_limit);
    c.outcome = detail::wait_outcome::interrupted;
    wake_interrupted(c, wake_cause::cancelled);
  }
}

void scheduler::interrupt_by_deadlock(coroutine& main) {
  std::exception_ptr error = std::make_exception_ptr(
      deadlock_error("deadlock: nothing is ready and nothing can wake anybody\n" + blocked_report(live_) +
                     (in_forked_child() ? "\n(this is a forked child: nobody of its parent runs here)" : "")));
  if (!take_out_of_wait(main)) return;
  main.pending = main.pending | interruption::deadlock;
  main_end_.set_deadlock(std::move(error));
  main.outcome = detail::wait_outcome::interrupted;
  wake_interrupted(main, wake_cause::deadlock);
}

void scheduler::forget_grants_of(const detail::object& o) noexcept {
  ready_.for_each([&o](coroutine& c) {
    if (c.object != &o || c.waiting == nullptr) return;
    c.waiting->object_gone = true;
    c.object = nullptr;
  });
}

void scheduler::cancel_all_but(coroutine& self) noexcept {
  for (coroutine* c = live_.oldest(); c != nullptr; c = c->younger) {
    if (c != &self) interrupt(*c, interruption::cancel, nullptr);
  }
}

void scheduler::record_rename(const coroutine& c, std::string_view name) { pen_.renamed(c, name); }

void scheduler::set_observer(observer* o) noexcept {
  pen_.write_for(o);
  checkpointer_.start_anew(live_.empty());
}

void scheduler::follow(script& s) noexcept {
  player_.follow(s);
  rounds_.look_at_next_step();  // each choice asks events_due()
}

void scheduler::record_checkpoint() noexcept {
  if (!pen_.on()) return;
  checkpointer_.record(pen_, {live_, ready_, running_->slot, counts_.switches, clock_.now_ns()});
}

}  // namespace weft::core
