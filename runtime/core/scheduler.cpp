// Spawning, blocking, waking and interrupting. The switch itself is in switch.cpp, events are in root_loop.cpp.
#include "core/scheduler.hpp"

#include <algorithm>
#include <cassert>
#include <stdexcept>
#include <utility>

#include "core/fork.hpp"
#include "trace/words/diary_event.hpp"
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
      fds_(p),
      stacks_(settings.stack_size),
      inbox_(inbox::open(p)),
      settings_(settings) {
  look_after_forks();
  if (settings.shuffle_seed) {
    ready_.shuffle(*settings.shuffle_seed);
    choices_ = random_sequence(*settings.shuffle_seed);
  }
  root_.slot = 0;
  root_.annotation.adopt_thread();
  running_ = &root_;
  stacks_.will_be_aged();
  try {
    reserve_ = &stacks_.take();
  } catch (...) {
    inbox_->close();
    throw;
  }
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
    c->annotation.destroy();
    if (c->memory != nullptr) stacks_.give(*c->memory);
    slab_.give(c);
  }
  stacks_.give(*reserve_);
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
    } else if (stack_size != 0 && stack_size != stacks_.default_size()) {
      // An unusual size is asked for now, so that it can be refused here; the default one is taken when it first runs,
      // so that many short coroutines in a row share one warm stack.
      c->memory = &stacks_.take(stack_size);
    }
    if (delay_ns >= 0) arm(c->time_limit, delay_ns);
  } catch (...) {
    if (c->memory != nullptr) stacks_.give(*c->memory);
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
  t.asks = nullptr;
  const bool steady = clock_.is_steady_clock();
  if (limit.clock == &detail::own_now_ns || (limit.clock == &detail::steady_now_ns && steady))
    return timers_.add(t, limit.ns);
  // The other clock first: what passes between the two looks makes the wait longer and not shorter.
  const std::int64_t left = limit.clock != nullptr ? detail::left_until(limit) : limit.ns;
  const std::int64_t now = clock_.now_ns();
  if (limit.clock != nullptr && steady) {
    t.asks = limit.clock;
    t.point_ns = limit.ns;
  }
  timers_.add(t, detail::saturated_sum(now, left));
  if (pace_.overdue(now) && script_ == nullptr) events_countdown_ = 1;
}

bool scheduler::has_come(timer& t) noexcept {
  return t.asks == nullptr || detail::left_until({t.point_ns, t.asks}) == 0;
}

std::int64_t scheduler::distance_of(const timer& t) noexcept {
  return std::max<std::int64_t>(t.deadline_ns - clock_.now_ns(), 0);
}

void scheduler::limit_block(coroutine& me, detail::time_limit limit, timer_kind kind) {
  me.time_limit.owner = &me;
  me.time_limit.kind = kind;
  arm(me.time_limit, limit);
}

// A wait that does not happen leaves no step in the diary, so the diary says at which check a point had come.
bool scheduler::point_has_come(bool by_clock) noexcept {
  ++checks_of_points_;
  if (script_ != nullptr) by_clock = script_->point_has_come(checks_of_points_);
  if (by_clock) pen_.point_passed(checks_of_points_);
  return by_clock;
}

bool scheduler::take_out_of_wait(coroutine& c) noexcept {
  detail::waiter* w = c.waiting;
  if (w == nullptr) return true;
  if (c.object == nullptr) {  // an fd: its lists are ours alone
    // Woken by the fd already, and still in the ready queue while its time limit passes.
    if (w->list == nullptr) return false;
    w->list->remove(*w);
    --fds_.waiting;
    return true;
  }
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
    if (c.time_limit.armed()) timers_.remove(c.time_limit);
    c.outcome = detail::wait_outcome::interrupted;
    wake_interrupted(c, wake_cause::cancelled);
  }
}

void scheduler::interrupt_by_deadlock(coroutine& main) {
  std::exception_ptr error = std::make_exception_ptr(
      deadlock_error("deadlock: nothing is ready and nothing can wake anybody\n" + blocked_report() +
                     (in_forked_child() ? "\n(this is a forked child: nobody of its parent runs here)" : "")));
  if (!take_out_of_wait(main)) return;
  main.pending = main.pending | interruption::deadlock;
  deadlock_error_ = std::move(error);
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

void scheduler::wait_for_others() {
  detail::object others{diary::object_kind::other, "left-over coroutines"};
  detail::wait_list list;
  coroutine& me = *running_;
  ++me.shields;  // main has ended: cancelling it now means nothing
  while (live_.size() > 1) {
    detail::waiter w;
    others.lock.lock();
    list.push_back(w);
    waits_for_others_ = &me;
    const detail::wait_outcome outcome = wait(others, w, diary::wait_reason::main_end, detail::forever);
    waits_for_others_ = nullptr;
    if (outcome == detail::wait_outcome::interrupted) {
      --me.shields;
      detail::throw_interruption();
    }
  }
  --me.shields;
}

void scheduler::close_fd(int fd) noexcept { wake_waiters_of_closed(fd, nullptr); }

std::string default_name(const source_location& site) {
  const std::string_view file = site.file_name();
  const std::size_t slash = file.rfind('/');
  return std::string(slash == std::string_view::npos ? file : file.substr(slash + 1)) + ':' +
         std::to_string(site.line());
}

void scheduler::record_rename(const coroutine& c, std::string_view name) { pen_.renamed(c, name); }

void scheduler::set_observer(observer* o) noexcept {
  pen_.write_for(o);
  checkpointer_.start_anew(live_.empty());
}

void scheduler::record_checkpoint() noexcept {
  if (!pen_.on()) return;
  checkpointer_.record(pen_, {live_, ready_, running_->slot, counts_.switches, clock_.now_ns()});
}

std::string scheduler::blocked_report() const {
  std::string report;
  for (const coroutine* c = live_.oldest(); c != nullptr; c = c->younger) {
    if (c->status != coroutine_status::blocked || c->work == nullptr) continue;
    report += "  #" + std::to_string(c->id) + " " + diary::sanitised(c->work->name()) + ": " +
              std::string(diary::to_text(c->reason));
    if (c->object != nullptr) {
      report += " on " + std::string(diary::to_text(c->object->kind()));
      if (!c->object->name().empty()) report += " \"" + diary::sanitised(c->object->name()) + "\"";
      if (const std::uint64_t owner = c->object->owner.load(std::memory_order_relaxed); owner != 0) {
        const coroutine* o = live_.find(owner);
        report += ", owned by #" + std::to_string(owner);
        report +=
            o != nullptr && o->work != nullptr ? " " + diary::sanitised(o->work->name()) : std::string(" (ended)");
      }
    } else if (c->fd >= 0) {
      report += " fd " + std::to_string(c->fd);
    }
    report += '\n';
  }
  if (!report.empty()) report.pop_back();
  return report;
}

}  // namespace weft::core
