#include "weft/detail/async/task_state.hpp"

#include <mutex>

#include "core/fork.hpp"
#include "core/other_weft.hpp"
#include "core/scheduler.hpp"
#include "core/unhandled.hpp"
#include "trace/words/diary_event.hpp"
#include "weft/errors.hpp"
#include "weft/this_coroutine.hpp"

namespace weft::detail {

using core::scheduler;
using diary::coroutine_status;

namespace {

// "echo.cpp:42": what a coroutine without a name of its own is called.
std::string default_name(const source_location& site) {
  const std::string_view file = site.file_name();
  const std::size_t slash = file.rfind('/');
  return std::string(slash == std::string_view::npos ? file : file.substr(slash + 1)) + ':' +
         std::to_string(site.line());
}

// Copies a name, zero-terminated; null for an empty one. A pointer, because most tasks have no name and there may be a
// million.
std::unique_ptr<char[]> copy_of(std::string_view name) {
  if (name.empty()) return nullptr;
  auto copy = std::make_unique<char[]>(name.size() + 1);
  name.copy(copy.get(), name.size());
  return copy;
}

}  // namespace

task_state::task_state(std::string_view name, const source_location& where, bool holds_nothing)
    : completion(diary::object_kind::task, {}, holds_nothing), where_(where), name_(copy_of(name)) {}

task_state::~task_state() = default;

void discard_unstarted(task_state* s) noexcept {
  s->destroy_function();
  delete s;
}

void abandon_unstarted(task_state& s) noexcept {
  s.destroy_function();
  s.settle_unseen(task_status::cancelled);
}

void task_state::start(std::size_t stack_size, std::int64_t delay_ns) {
  scheduler* here = scheduler::current();
  if (here == nullptr || here->running() == nullptr) {
    core::expect_no_other_weft("weft::spawn");
    throw std::logic_error(
        core::outside_of_a_coroutine("weft::spawn") +
        (core::in_forked_child() ? "" : ": there is no scheduler on this thread; start one with weft::run"));
  }
  start_on(*here, stack_size, delay_ns);
}

void task_state::start_on(scheduler& s, std::size_t stack_size, std::int64_t delay_ns) {
  home_ = &s.messages();
  if (stack_size != 0 && stack_size != core::no_stack) stack_size = core::round_stack_size(stack_size);
  self_ = s.spawn(*this, stack_size, delay_ns);
  object_.owner.store(self_->id, std::memory_order_relaxed);
  object_.owner_slot = self_->slot;
  retain(this);  // the coroutine's own reference
}

std::string task_state::name() const {
  {
    const std::lock_guard guard(object_.lock);
    if (name_ != nullptr) return name_.get();
  }
  return default_name(where_);
}

void task_state::rename(std::string_view name) {
  std::unique_ptr<char[]> copy = copy_of(name);
  const std::lock_guard guard(object_.lock);
  name_.swap(copy);
}

std::string task_state::who() const {
  return "task #" + std::to_string(id()) + " \"" + diary::sanitised(name()) + "\"";
}

void task_state::check_waitable() const {
  const scheduler* const here = scheduler::current();
  if (finished() || here == nullptr || here->running() == nullptr || here->running()->id != id()) [[likely]]
    return;
  throw deadlock_error("deadlock: " + who() + " would wait for its own end");
}

bool task_state::join(time_limit limit) {
  check_waitable();
  if (limit.is_forever() && home_ != nullptr && home_->is_parents() && !finished()) {
    throw deadlock_error("deadlock: a forked child would wait for " + who() + ", which only runs in its parent");
  }
  return await_end(diary::wait_reason::join, limit);
}

bool task_state::cancel(std::exception_ptr error) {
  if (finished()) return false;
  const core::interruption kind = error != nullptr ? core::interruption::error : core::interruption::cancel;
  scheduler* here = scheduler::current();
  if (here != nullptr && &here->messages() == home_) {
    if (self_ != nullptr) here->interrupt(*self_, kind, std::move(error));
    return true;
  }
  core::inbox_message m;
  m.work = [kept = access::make<void>(this), kind, error] {
    task_state* s = access::state(kept);
    if (s->self_ != nullptr) scheduler::current()->interrupt(*s->self_, kind, error);
  };
  home_->post(std::move(m));
  return true;
}

bool task_state::kill(time_limit limit) {
  if (!cancel(nullptr)) return true;
  if (current_id() == id()) scheduler::current()->throw_request();
  return join(limit);
}

void task_state::begin(core::coroutine& self) {
  if (self.home->interruption_due(self)) throw_interruption();
  status_.store(task_status::running, std::memory_order_release);
}

void task_state::check_undelivered(const core::coroutine& self) {
  // A cancellation that found no suspension to be thrown from is thrown now.
  if (core::has(self.pending, core::asked_for)) throw_interruption();
}

task_status task_state::caught() noexcept {
  try {
    throw;
  } catch (const cancelled&) {
    return task_status::cancelled;
  } catch (...) {
    error_ = std::current_exception();
    return task_status::failed;
  }
}

coroutine_status task_state::run(core::coroutine& self) noexcept {
  task_status how = task_status::done;
  try {
    begin(self);
    invoke();
    check_undelivered(self);
  } catch (...) {
    how = caught();
  }
  return conclude(self, how);
}

coroutine_status task_state::conclude(core::coroutine& self, task_status how) noexcept {
  scheduler& s = *self.home;
  if (scheduler::current() != self.home) [[unlikely]]
    core::end_forked_child();
  // From here on nothing is thrown into the coroutine: its destructors must not fail because of a cancellation.
  ++self.shields;
  try {
    after_end();
  } catch (...) {
    if (how == task_status::failed) report_unhandled(error_, who());  // after_end()'s error replaces it
    how = task_status::failed;
    error_ = std::current_exception();
  }
  destroy_function();
  if (self.locals != nullptr) drop_locals(self);
  if (how == task_status::failed) s.diary().failed([this] { return describe(error_); });
  settle(how);
  switch (how) {
    case task_status::cancelled:
      return coroutine_status::cancelled;
    case task_status::failed:
      return coroutine_status::failed;
    case task_status::pending:
    case task_status::running:
    case task_status::done:
      break;
  }
  return coroutine_status::done;
}

void task_state::ended() noexcept {
  self_ = nullptr;
  if (hook_ != nullptr) hook_->task_ended(*this);
  release(this);
}

void task_state::abandoned() noexcept {
  self_ = nullptr;
  error_ = std::make_exception_ptr(deadlock_error("the coroutine was given up: it could never have gone on"));
  mark_read();  // run() has thrown deadlock_error already
  settle_unseen(task_status::failed);
  if (hook_ != nullptr) hook_->task_ended(*this);
  release(this);
}

}  // namespace weft::detail
