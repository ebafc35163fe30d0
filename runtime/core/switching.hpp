// What every switch does, as functions of the scheduler that are part of their callers: for switch.cpp, which explains
// them, and waiting.cpp.
#pragma once

#include "core/context.hpp"
#include "core/scheduler.hpp"
#include "weft_switch.h"

namespace weft::core {

[[gnu::always_inline]] inline coroutine* scheduler::next_ready_inline() {
  coroutine* const c = ready_.pop();
  if (c == nullptr || c->resume != resume_kind::start) [[likely]]
    return c;
  return stacks_.with_stack(c, ready_);
}

[[gnu::always_inline]] inline coroutine& scheduler::pick_next_inline() {
  if (rounds_.step()) [[unlikely]]
    return events_due();
  coroutine* next = next_ready_inline();
  return next != nullptr ? *next : root_;
}

[[gnu::always_inline]] inline coroutine& scheduler::stand_behind_all(coroutine& me) {
  transitions::yield(me);
  ready_.push_back(&me);
  coroutine& next = pick_next_inline();
  pen_.yielded(me, next);
  if (&next == &me) transitions::run(me);
  return next;
}

[[gnu::always_inline]] inline void scheduler::change_running(coroutine& from, coroutine& to) {
  if (&to != &root_) {
    ++counts_.switches;
  } else {
    last_run_id_ = from.id;
  }
  running_ = &to;
  transitions::run(to);
  exchange(registers_, from.execution, to.execution);
}

template <scheduler::leaving how>
[[gnu::always_inline]] inline void scheduler::change_stack(coroutine& whose_stack, coroutine& to, control_words now) {
  if (to.resume != resume_kind::deliver) [[likely]] {
    coroutine& whose = to.resume == resume_kind::plain ? to : root_;
    before_switch(whose_stack.annotation, whose.annotation);
    if constexpr (how == leaving::by_call) {
      switch_given(&whose_stack.sp, whose.sp, now);
    } else {
      switch_inline(&whose_stack.sp, whose.sp, now);
    }
  } else {
    to.resume = resume_kind::plain;
    before_switch(whose_stack.annotation, to.annotation);
    weft_switch_call(&whose_stack.sp, to.sp, &deliver_entry, &to);
  }
  after_switch(whose_stack.annotation);
}

[[gnu::always_inline]] inline void scheduler::resume(coroutine& from, coroutine& to, control_words now) {
  change_running(from, to);
  change_stack<leaving::in_place>(from, to, now);
}

}  // namespace weft::core
