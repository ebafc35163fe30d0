// The scheduler's hot path: choosing the next coroutine and switching to it. Waits are in waiting.cpp.
//
// The processor predicts each `ret` by the calls that stand open. A wait therefore switches in its own middle, without
// a call (switch_inline()): the returns that follow are those of the same calls, made on the other stack. yield() ends
// in a tail call of weft_switch_given(), which ends in an indirect jump, so that there is no `ret` of its own at all
// (7 ns, measured). So nothing may stand behind the switch in yield(): what has to happen on the other side (an
// interruption) is done by running a function there first. Out of that an exception may come; out of switch_inline()
// none.
#include <utility>

#include "core/context.hpp"
#include "core/scheduler.hpp"
#include "core/switching.hpp"
#include "weft_switch.h"

namespace weft::core {

using diary::coroutine_status;
using diary::event_type;

coroutine* scheduler::next_ready() { return next_ready_inline(); }

// Coroutines without a stack are the spawned co_tasks. Their control blocks stand in the same queues and lists as all
// others and the diary sees no difference. Only the switch differs: when one is picked, the thread goes on on the
// root's stack, which calls its body; to stop, the body returns there. Who runs is therefore always `running_`, and the
// root runs only if that is the root: it may merely lend its stack.
void scheduler::enter(coroutine& next) {
  pen_.entered(next);
  // One that goes on after the root had a look around has not been switched away from.
  if (next.id == last_run_id_) --counts_.switches;
  change_running(root_, next);
  const float_control roots = read_float_control();
  float_control current = roots;
  for (;;) {
    if (running_ != &root_ && running_->resume == resume_kind::stackless) {
      // Here, on the root's stack: each of them in its turn, until one with a stack or the root is to go on. Rounding
      // and the like are its own meanwhile.
      coroutine& me = *running_;
      if (me.control != current) load_float_control(me.control);
      coroutine& after = run_stackless(me);
      current = me.control = read_float_control();
      change_running(me, after);
      continue;
    }
    if (current != roots) load_float_control(current = roots);
    if (running_ == &root_) return;
    change_stack<leaving::in_place>(root_, *running_, read_control_words());
    if (running_ == &root_) return;
  }
}

coroutine& scheduler::run_stackless(coroutine& me) {
  const coroutine_status status = me.work->run(me);
  if (status == coroutine_status::none) return *std::exchange(chosen_next_, nullptr);
  me.work->ended();
  return retire(me, status);
}

void scheduler::deliver_entry(void* c) {
  coroutine& self = *static_cast<coroutine*>(c);
  after_switch(self.annotation);
  detail::throw_interruption();
}

// What happens nearly always, without a call, so that nothing has to be saved for one.
void scheduler::yield() {
  const control_words now = read_control_words();
  coroutine& me = *running_;
  coroutine* const next = ready_.front();
  if (next == nullptr || next->resume != resume_kind::plain || me.pending != interruption::none ||
      me.unsuspendable != 0 || rounds_.next_step_looks() || pen_.on() || !ready_.is_fifo()) [[unlikely]]
    return yield_in_any_case(now);
  static_cast<void>(rounds_.step());
  transitions::yield(me);
  ready_.rotate(&me);
  change_running(me, *next);
  before_switch(me.annotation, next->annotation);
  switch_given(&me.sp, next->sp, now);
  after_switch(me.annotation);
}

void scheduler::yield_in_any_case(control_words now) {
  coroutine& me = *running_;
  if (me.pending != interruption::none || me.unsuspendable != 0) [[unlikely]]
    before_suspension(me);
  coroutine& next = stand_behind_all(me);
  if (&next == &me) return;
  change_running(me, next);
  change_stack<leaving::by_call>(me, next, now);
}

coroutine& scheduler::retire(coroutine& me, coroutine_status status) noexcept {
  pen_.stack_used(me);
  me.work = nullptr;
  if (me.scopes != nullptr) [[unlikely]]
    detach_scopes(me);
  ++counts_.finished;
  if (status == coroutine_status::cancelled) ++counts_.cancelled;
  if (status == coroutine_status::failed) ++counts_.failed;
  live_.remove(me);
  if (coroutine* const main = main_end_.waiting(); main != nullptr && live_.size() == 1) {
    if (take_out_of_wait(*main)) {
      make_ready(*main);
      pen_.others_ended(*main);
    }
  }
  release_ended();
  transitions::end(me, status);
  ended_ = &me;
  coroutine& next = pick_next_inline();
  pen_.finished(next, status);
  return next;
}

// In its caller: it leaves no call behind, so that the returns of whoever goes on are those that the processor expects.
[[gnu::always_inline]] inline void scheduler::finish(coroutine& me, coroutine_status status) noexcept {
  const control_words now = read_control_words();
  coroutine& next = retire(me, status);
  // As resume(), but nothing comes back here.
  change_running(me, next);
  if (next.resume != resume_kind::deliver) [[likely]] {
    coroutine& whose = next.resume == resume_kind::plain ? next : root_;
    before_switch(me.annotation, whose.annotation, last_switch::yes);
    switch_inline(&me.sp, whose.sp, now);
  } else {
    next.resume = resume_kind::plain;
    before_switch(me.annotation, next.annotation, last_switch::yes);
    weft_switch_call(&me.sp, next.sp, &deliver_entry, &next);
  }
  __builtin_unreachable();
}

void scheduler::coroutine_entry(void* c) {
  coroutine& me = *static_cast<coroutine*>(c);
  after_switch(me.annotation);
  const coroutine_status status = me.work->run(me);
  me.work->ended();
  me.home->finish(me, status);
}

void scheduler::release_ended() noexcept {
  if (coroutine* const c = std::exchange(ended_, nullptr)) give_back_block(*c);
}

void scheduler::give_back_block(coroutine& c) noexcept {
  c.annotation.destroy();
  if (c.memory != nullptr) stacks_.take_back(*c.memory);
  slab_.give(&c);
}

}  // namespace weft::core
