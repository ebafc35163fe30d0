// Sentences of locks, queues, events and counts: whether somebody waited, and that the caller keeps the thread.
#include "analysis/sentence_writer.hpp"

namespace weft::viz {

using diary::coroutine_state;
using diary::object_kind;
using diary::wait_reason;

bool sentence_writer::tell_object() {
  switch (e_.type) {
    case event_type::lock_acquired:
    case event_type::lock_released:
    case event_type::lock_handed:
      tell_lock();
      return true;
    case event_type::queue_put:
    case event_type::queue_get:
      tell_put(e_.type == event_type::queue_put);
      return true;
    case event_type::event_set:
    case event_type::event_clear:
      tell_set(e_.type == event_type::event_set);
      return true;
    case event_type::notify_unheard:
      say("notify: nobody waits for ").object(e_.args[0]);
      say(", so this wakes nobody, and who waits later does not hear of it");
      return true;
    case event_type::counted: {
      const diary::object_record* const what = trace_.object(e_.args[0]);
      const bool is_latch = what != nullptr && what->kind == object_kind::latch;
      say("count: ").object(e_.args[0]);
      say((is_latch ? " has to be counted down by " : " now has ") + std::to_string(e_.args[1]));
      say(is_latch ? " more" : what != nullptr && what->kind == object_kind::semaphore ? " free" : "");
      return true;
    }
    default:
      return false;
  }
}

void sentence_writer::tell_lock() {
  const std::uint64_t id = e_.args[0];
  if (e_.type == event_type::lock_acquired) {
    say("acquire: no wait for ").object(id).say(", ").actor().say(" has it now");
    if (running(after_) != nullptr) say(" and keeps the thread");
    told_runner_ = true;
    return;
  }
  const std::vector<const coroutine_state*> waiting = waiters(id, wait_reason::none);
  say("release: ");
  if (e_.type == event_type::lock_handed) {
    object(id).say(" goes to ").in_slot(e_.args[1]).say(", which waited for it");
    return;
  }
  object(id).say(" is free");
  if (waiting.empty()) {
    say(", nobody waits for it");
  } else {
    say(", ").names(waiting).say(waiting.size() == 1 ? " waits for it" : " wait for it");
  }
}

void sentence_writer::tell_put(bool puts) {
  const std::uint64_t id = e_.args[0];
  const diary::object_record* const what = trace_.object(id);
  const bool is_channel = what != nullptr && what->kind == object_kind::channel;
  const std::string depth = std::to_string(e_.args[1]);
  say(is_channel ? (puts ? "send: " : "receive: ") : (puts ? "put: " : "get: "));
  if (puts) {
    say(e_.args[1] == 0 ? "handed over through " : "room for it in ").object(id);
    if (e_.args[1] != 0) say(" (" + depth + " in it now)");
  } else {
    say("one was in ").object(id).say(e_.args[1] == 0 ? " (none left)" : " (" + depth + " left)");
  }
  if (const coroutine_state* const runs = running(after_)) {
    say(", ").whose(runs).say(" keeps the thread");
    told_runner_ = true;
  }
  const wait_reason other = is_channel ? (puts ? wait_reason::channel_receive : wait_reason::channel_send)
                                       : (puts ? wait_reason::queue_get : wait_reason::queue_put);
  const std::string call = is_channel ? (puts ? "receive" : "send") : (puts ? "get" : "put");
  const std::vector<const coroutine_state*> waiting = waiters(id, other);
  if (waiting.empty()) {
    say("; nobody waited in " + call);
    return;
  }
  say("; ").names(waiting).say(" waited in " + call);
  // The wake is an event of its own. It stands next if this call makes it.
  const std::uint64_t next = e_.n + 1;
  if (next >= trace_.source().event_count()) return;
  const diary::event wake = trace_.source().at(next);
  if (wake.type != event_type::wake || wake.thread != e_.thread || wake.args[2] != id) return;
  if (waiting.size() == 1) {
    say(" and becomes ready with ").event(next);
  } else {
    say(", and ").in_slot(wake.args[0]).say(" becomes ready with ").event(next);
  }
}

void sentence_writer::tell_set(bool sets) {
  const std::uint64_t id = e_.args[0];
  const auto found = before_.objects().find(id);
  const bool same = found != before_.objects().end() && found->second.is_set && *found->second.is_set == sets;
  say(sets ? "set: " : "clear: ").object(id).say(same ? " was " : " is now ").say(sets ? "set" : "clear");
  if (same) say(" already, this changes nothing");
  if (sets) {
    const std::vector<const coroutine_state*> waiting = waiters(id, wait_reason::none);
    if (waiting.empty()) {
      say("; nobody waited for it");
    } else {
      say("; ").names(waiting).say(" waited for it");
    }
    return;
  }
  // Who was woken by a set and has not run yet may find the event clear again: the wake-up is lost.
  std::vector<const coroutine_state*> late;
  for (const coroutine_state* const c : ready_before()) {
    if (c->reason != wait_reason::event || c->woken_event == 0 || c->woken_event >= e_.n) continue;
    const diary::event wake = trace_.source().at(c->woken_event);
    const bool has_object = wake.type == event_type::wake || wake.type == event_type::wake_remote;
    if (has_object && wake.args[2] == id) late.push_back(c);
  }
  if (!late.empty())
    say("; ").names(late).say(late.size() == 1 ? " was" : " were").say(" woken by the set and did not run yet");
}

}  // namespace weft::viz
