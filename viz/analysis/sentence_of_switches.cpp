// Sentences of the events that give the thread to somebody.
#include <algorithm>

#include "analysis/sentence_writer.hpp"
#include "model/time_scale.hpp"

namespace weft::viz {

using diary::coroutine_state;
using diary::wait_reason;

bool sentence_writer::tell_switch() {
  const coroutine_state* const leaver = running_before();
  switch (e_.type) {
    case event_type::enter:
      say("enter: nobody ran");
      tell_next();
      return true;
    case event_type::yield:
      if (leaver == nullptr) {
        say("yield: ").actor().say(" goes to the back of the ready queue");
        tell_next();
      } else {
        tell_yield(*leaver);
      }
      return true;
    case event_type::sleep:
      say("sleep: ").actor().say(" leaves the thread for " + delay_text(e_.args[1]));
      tell_next();
      return true;
    case event_type::block:
    case event_type::block_fd:
      tell_block(leaver);
      tell_next();
      return true;
    case event_type::finish:
      tell_finish(leaver);
      tell_next();
      return true;
    default:
      return false;
  }
}

void sentence_writer::tell_yield(const coroutine_state& leaver) {
  const std::vector<const coroutine_state*> ready = ready_before();
  if (e_.args[0] == leaver.slot) {
    say("yield: nobody else is ready, ").whose(&leaver).say(" keeps the thread");
    told_runner_ = true;
    return;
  }
  say("yield: ").whose(&leaver).say(" goes ");
  if (ready.empty()) {
    say("to the ready queue");
  } else if (ready.size() == 1) {
    say("behind ").whose(ready.front()).say(", the first of 1 ready");
  } else {
    say("behind ").names(ready).say(", the " + std::to_string(ready.size()) + " ready");
  }
  tell_next();
}

namespace {

// What the coroutine called, as the first word of the sentence.
std::string call_of(wait_reason reason) {
  switch (reason) {
    case wait_reason::queue_get:
      return "get";
    case wait_reason::queue_put:
      return "put";
    case wait_reason::channel_receive:
      return "receive";
    case wait_reason::channel_send:
      return "send";
    case wait_reason::fd_readable:
      return "read";
    case wait_reason::fd_writable:
      return "write";
    case wait_reason::mutex:
    case wait_reason::recursive_mutex:
    case wait_reason::shared_mutex_exclusive:
    case wait_reason::shared_mutex_shared:
    case wait_reason::semaphore:
      return "acquire";
    case wait_reason::none:
      return "wait";
    default:
      return spoken_reason(reason);
  }
}

bool is_known(std::uint64_t reason) { return reason > 0 && reason < diary::wait_reason_count; }

}  // namespace

void sentence_writer::tell_block(const coroutine_state* leaver) {
  const wait_reason reason = is_known(e_.args[1]) ? static_cast<wait_reason>(e_.args[1]) : wait_reason::none;
  say(call_of(reason) + ": ");
  if (e_.type == event_type::block_fd) {
    actor().say(" waits until fd " + std::to_string(e_.args[2]) + " is " +
                (reason == wait_reason::fd_writable ? "writable" : "readable"));
  } else {
    const std::uint64_t id = e_.args[2];
    const bool gets = reason == wait_reason::queue_get || reason == wait_reason::channel_receive;
    const bool puts = reason == wait_reason::queue_put || reason == wait_reason::channel_send;
    if (gets) {
      say("nothing for it in ").object(id).say(", ").actor().say(" waits for a ");
      say(reason == wait_reason::queue_get ? "put" : "send");
    } else if (puts) {
      say("no room for it in ").object(id).say(", ").actor().say(" waits for a ");
      say(reason == wait_reason::queue_put ? "get" : "receive");
    } else {
      const coroutine_state* const waits = leaver != nullptr ? after_.by_slot(leaver->slot) : nullptr;
      const coroutine_state* const owner = waits != nullptr ? after_.owner_of_wait(*waits) : nullptr;
      const diary::object_record* const what = trace_.object(id);
      const bool is_task = reason == wait_reason::join || (what && what->kind == diary::object_kind::task);
      actor().say(" waits");
      if (owner != nullptr) {
        if (is_task) {
          say(" for the end of ").whose(owner);
        } else {
          say(" for ").object(id).say(", which ").whose(owner).say(" holds");
        }
      } else if (id != 0 && what != nullptr && !is_task) {
        say(" for ").object(id);
      } else if (reason == wait_reason::main_end) {
        say(" for the coroutines that it left running");
      }
    }
  }
  if (leaver == nullptr) return;
  const coroutine_state* const now = after_.by_slot(leaver->slot);
  if (now == nullptr) return;
  if (now->deadline_ns && knows_times()) {
    say(", for " + duration_text(std::max<std::int64_t>(0, *now->deadline_ns - e_.t_ns)) + " at most");
  }
  tell_circle(*now);
}

// The wait that closes a circle of owners is the one that makes the deadlock.
void sentence_writer::tell_circle(const coroutine_state& leaver) {
  std::vector<const coroutine_state*> chain{&leaver};
  bool has_limit = leaver.deadline_ns.has_value();
  for (const coroutine_state* c = after_.owner_of_wait(leaver); c != &leaver; c = after_.owner_of_wait(*c)) {
    if (c == nullptr || chain.size() > after_.live_count()) return;
    has_limit = has_limit || c->deadline_ns;
    chain.push_back(c);
  }
  if (chain.size() == 1) {
    say("; that is itself, so ");
  } else {
    say("; ").names(chain).say(" now wait for each other, so ");
  }
  say(has_limit ? "only a time limit or a cancellation helps" : "none of them can go on by itself: a deadlock");
}

void sentence_writer::tell_finish(const coroutine_state* leaver) {
  const coroutine_state* const ended = after_.just_ended();
  const auto status = ended != nullptr ? ended->status : static_cast<diary::coroutine_status>(e_.args[1] & 15U);
  say("end: ").actor();
  if (status == diary::coroutine_status::failed) {
    const diary::coroutine_record* const record = leaver != nullptr ? trace_.find_coroutine(leaver->id) : nullptr;
    say(" failed");
    if (record != nullptr && !record->error.empty()) say(" (" + record->error + ")");
  } else if (status == diary::coroutine_status::cancelled) {
    say(ended != nullptr && ended->never_began ? " was cancelled before it began" : " ended as cancelled");
  } else {
    say(" is done");
  }
  if (leaver == nullptr) return;
  for (const auto& [id, state] : before_.objects()) {
    const diary::object_record* const what = trace_.object(id);
    const bool is_lock = what != nullptr &&
                         (what->kind == diary::object_kind::mutex || what->kind == diary::object_kind::recursive_mutex);
    if (state.owner_slot != leaver->slot || !is_lock) continue;
    say(" and still holds ").object(id);
    return;
  }
}

void sentence_writer::tell_next() {
  told_runner_ = true;
  const coroutine_state* const next = running(after_);
  const std::vector<const coroutine_state*> ready = ready_before();
  if (next != nullptr) {
    say("; ").whose(next);
    const bool was_first = !ready.empty() && ready.front()->slot == next->slot;
    if (e_.type != event_type::yield && was_first) say(", the first of " + std::to_string(ready.size()) + " ready,");
    if (!was_first && ready.size() > 1) say(", chosen out of " + std::to_string(ready.size()) + " ready,");
    say(" runs");
  } else if (e_.args[0] != 0) {
    say("; a coroutine that the diary does not name runs");
  } else if (after_.live_count() == 0) {
    say("; no coroutine is left");
  } else {
    const diary::thread_state* const where = thread(after_);
    const std::size_t left = where != nullptr ? where->ready.size() : 0;
    say(left == 0 ? "; nobody is ready, the scheduler waits for what wakes somebody"
                  : "; nobody runs, the scheduler first looks for what happened outside (" + std::to_string(left) +
                        " ready)");
  }
}

}  // namespace weft::viz
