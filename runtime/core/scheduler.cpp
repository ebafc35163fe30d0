// Spawning, blocking, waking and interrupting. The switch itself is in switch.cpp, events are in root_loop.cpp.
#include "core/scheduler.hpp"

#include <algorithm>
#include <cassert>
#include <mutex>
#include <stdexcept>
#include <utility>

#include "core/fork.hpp"
#include "weft/errors.hpp"

namespace weft::core {

using diary::coroutine_status;
using diary::event_type;
using diary::wake_cause;

constinit thread_local scheduler* scheduler::current_of_thread_ = nullptr;
constinit scheduler* scheduler::first_ = nullptr;

namespace {
constinit std::mutex schedulers_lock;  // guards the list that begins at first_
}

void scheduler::enlist() noexcept {
  const std::lock_guard guard(schedulers_lock);
  next_scheduler_ = first_;
  if (first_ != nullptr) first_->previous_scheduler_ = this;
  first_ = this;
}

void scheduler::delist() noexcept {
  const std::lock_guard guard(schedulers_lock);
  (previous_scheduler_ != nullptr ? previous_scheduler_->next_scheduler_ : first_) = next_scheduler_;
  if (next_scheduler_ != nullptr) next_scheduler_->previous_scheduler_ = previous_scheduler_;
}

void scheduler::hold_all() noexcept { schedulers_lock.lock(); }
void scheduler::let_go_all() noexcept { schedulers_lock.unlock(); }
void scheduler::abandon_all() noexcept {
  first_ = nullptr;
  current_of_thread_ = nullptr;
  schedulers_lock.unlock();
}

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
  root_.status = coroutine_status::running;
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
  enlist();
}

scheduler::~scheduler() {
  delist();
  current_of_thread_ = nullptr;
  inbox_->close();
  release_ended();
  // Those that can never go on: nobody unwinds them, but their memory comes back. All of them leave their waiter lists
  // first, because what one waits for may lie on another's stack.
  for (coroutine* c = oldest_; c != nullptr; c = c->younger) {
    if (c->waiting != nullptr && c->waiting->list != nullptr) take_out_of_wait(*c);
  }
  while (oldest_ != nullptr) {
    coroutine* c = oldest_;
    oldest_ = c->younger;
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
    if (delay_ns >= 0) timers_.add(c->time_limit, deadline_after(delay_ns));
  } catch (...) {
    if (c->memory != nullptr) stacks_.give(*c->memory);
    slab_.give(c);
    throw;
  }
  c->time_limit.owner = c;
  c->time_limit.kind = timer_kind::start;
  c->id = detail::count_next(next_coroutine_id);
  c->home = this;
  c->parent_id = running_->id;
  c->work = &work;
  c->resume = stackless ? resume_kind::stackless : resume_kind::start;
  c->older = youngest_;
  c->younger = nullptr;
  (youngest_ != nullptr ? youngest_->younger : oldest_) = c;
  youngest_ = c;
  ++live_;
  ++counts_.spawned;
  if (delay_ns >= 0) {
    c->status = coroutine_status::blocked;
    c->reason = diary::wait_reason::start_timer;
  } else {
    c->status = coroutine_status::ready;
    ready_.push_back(c);
  }
  if (observer_ != nullptr) [[unlikely]]
    record_spawn(*c, delay_ns);
  return c;
}

std::int64_t scheduler::deadline_after(std::int64_t ns) noexcept {
  const std::int64_t now = clock_.now_ns();
  return ns > INT64_MAX - now ? INT64_MAX : now + ns;
}

coroutine* scheduler::find(std::uint64_t id) const noexcept {
  for (coroutine* c = oldest_; c != nullptr; c = c->younger) {
    if (c->id == id) return c;
  }
  return nullptr;
}

void scheduler::limit_block(coroutine& me, std::int64_t limit_ns, timer_kind kind) {
  me.time_limit.owner = &me;
  me.time_limit.kind = kind;
  timers_.add(me.time_limit, deadline_after(limit_ns));
}

void scheduler::record_wake(coroutine& c, std::uint64_t object_id) noexcept {
  observer_->record_few(event_type::wake, c.slot, static_cast<std::uint64_t>(wake_cause::granted), object_id);
  note_change(c);
}

void scheduler::record_block(coroutine& me, const coroutine& next, const detail::object& o, std::uint64_t owner_slot,
                             std::int64_t limit_ns) noexcept {
  const std::uint64_t object_id = define(*observer_, o);
  if (limit_ns != detail::forever) observer_->record(event_type::time_limit, static_cast<std::uint64_t>(limit_ns));
  observer_->record_few(event_type::block, next.slot, static_cast<std::uint64_t>(me.reason), object_id, owner_slot);
  note_change(me);
}

bool scheduler::take_out_of_wait(coroutine& c) noexcept {
  detail::waiter* w = c.waiting;
  if (w == nullptr) return true;
  if (c.object == nullptr) {  // an fd: its lists are ours alone
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
  if (observer_ != nullptr) [[unlikely]]
    observer_->record(event_type::cancel, c.slot);
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
    make_ready(c);
    if (observer_ != nullptr) [[unlikely]] {
      const std::uint64_t object = c.object != nullptr ? c.object->id() : 0;
      observer_->record(event_type::wake, c.slot, static_cast<std::uint64_t>(wake_cause::cancelled), object);
      note_change(c);
    }
  }
}

void scheduler::interrupt_by_deadlock(coroutine& main) {
  std::exception_ptr error = std::make_exception_ptr(
      deadlock_error("deadlock: nothing is ready and nothing can wake anybody\n" + blocked_report()));
  if (!take_out_of_wait(main)) return;
  main.pending = main.pending | interruption::deadlock;
  deadlock_error_ = std::move(error);
  main.outcome = detail::wait_outcome::interrupted;
  make_ready(main);
  if (observer_ != nullptr) {
    const std::uint64_t object = main.object != nullptr ? main.object->id() : 0;
    observer_->record(event_type::wake, main.slot, static_cast<std::uint64_t>(wake_cause::deadlock), object);
    note_change(main);
  }
}

void scheduler::forget_grants_of(const detail::object& o) noexcept {
  ready_.for_each([&o](coroutine& c) {
    if (c.object != &o || c.waiting == nullptr) return;
    c.waiting->object_gone = true;
    c.object = nullptr;
  });
}

void scheduler::cancel_all_but(coroutine& self) noexcept {
  for (coroutine* c = oldest_; c != nullptr; c = c->younger) {
    if (c != &self) interrupt(*c, interruption::cancel, nullptr);
  }
}

void scheduler::wait_for_others() {
  detail::object others{diary::object_kind::other, "left-over coroutines"};
  detail::wait_list list;
  coroutine& me = *running_;
  ++me.shields;  // main has ended: cancelling it now means nothing
  while (live_ > 1) {
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

void scheduler::record_spawn(coroutine& c, std::int64_t delay_ns) {
  const std::uint64_t name = observer_->string_id(c.work->name());
  const std::uint64_t site = observer_->site_id(c.work->site());
  const std::uint64_t parent = running_->slot;
  if (delay_ns >= 0) {
    observer_->record(event_type::spawn_after, c.slot, c.id, parent, name, site, static_cast<std::uint64_t>(delay_ns));
  } else {
    observer_->record(event_type::spawn, c.slot, c.id, parent, name, site);
  }
  note_change(c);
}

// Asking how deep a stack was used is a system call. It is made at the first, second, fourth, eighth ... end of a
// coroutine on the same stack and then at every 1024th: little beside the page faults of a fresh stack, nothing on a
// warm one. What was used stays visible until the pool gives the pages back, so a deep use that is not seen at once is
// seen later; it is told when it is deeper than what was told of this stack before.
void scheduler::record_stack_mark(const coroutine& c) noexcept {
  if (c.memory == nullptr) return;
  stack_slot* const slot = c.memory->slot;
  const unsigned ends = ++slot->recorded_ends;
  if ((ends & (ends - 1)) != 0 && ends % 1024 != 0) return;
  const std::size_t used = stack_used(*c.memory);
  const auto pages = static_cast<std::uint16_t>(std::min<std::size_t>(used / page_size(), UINT16_MAX));
  if (pages <= slot->recorded_pages) return;
  slot->recorded_pages = pages;
  observer_->record(event_type::stack_mark, c.slot, used, c.memory->size);
}

void scheduler::record_rename(const coroutine& c, std::string_view name) {
  if (observer_ != nullptr) observer_->record(event_type::rename, c.slot, observer_->string_id(name));
}

std::string scheduler::blocked_report() const {
  std::string report;
  for (const coroutine* c = oldest_; c != nullptr; c = c->younger) {
    if (c->status != coroutine_status::blocked || c->work == nullptr) continue;
    report += "  #" + std::to_string(c->id) + " " + std::string(c->work->name()) + ": " +
              std::string(diary::to_text(c->reason));
    if (c->object != nullptr) {
      report += " on " + std::string(diary::to_text(c->object->kind()));
      if (!c->object->name().empty()) report += " \"" + std::string(c->object->name()) + "\"";
      if (const std::uint64_t owner = c->object->owner.load(std::memory_order_relaxed); owner != 0) {
        const coroutine* o = find(owner);
        report += ", owned by #" + std::to_string(owner);
        report += o != nullptr && o->work != nullptr ? " " + std::string(o->work->name()) : std::string(" (ended)");
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
