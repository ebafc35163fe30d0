// Puts the sentence of one event together: the event, the states around it, and the words that several kinds of events
// share. One source for each group of events: sentence_of_switches.cpp, _wakes.cpp, _objects.cpp, _notes.cpp.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "analysis/event_sentence.hpp"

namespace weft::viz {

class sentence_writer {
 public:
  sentence_writer(const diary::history& trace, const diary::event& e, const diary::scheduler_state& before,
                  const diary::scheduler_state& after)
      : trace_(trace), e_(e), before_(before), after_(after) {}

  event_sentence write() &&;

 private:
  using event_type = diary::event_type;
  using coroutine_state = diary::coroutine_state;

  // Groups of events; each returns false if the event is none of its own.
  bool tell_switch();
  bool tell_wake();
  bool tell_object();
  bool tell_note();
  bool tell_bookkeeping();

  void tell_yield(const coroutine_state& leaver);
  void tell_block(const coroutine_state* leaver);
  void tell_finish(const coroutine_state* leaver);
  void tell_circle(const coroutine_state& leaver);
  void tell_next();  // who runs after a switch
  void tell_timer(const coroutine_state* woken);
  void tell_holder(std::int64_t late_ns);
  void tell_cause(const coroutine_state& woken, diary::wake_cause cause);
  void tell_place(std::uint64_t slot);
  void tell_put(bool puts);
  void tell_lock();
  void tell_set(bool sets);
  void tell_cancel();

  // Words.
  sentence_writer& say(std::string_view text);
  sentence_writer& who(std::uint64_t id);  // its name, as a link
  sentence_writer& whose(const coroutine_state* c);
  sentence_writer& in_slot(std::uint64_t slot);
  sentence_writer& actor() { return whose(running_before()); }
  sentence_writer& event(std::uint64_t n);
  sentence_writer& object(std::uint64_t id);
  sentence_writer& names(const std::vector<const coroutine_state*>& all);  // "a, b and 3 more"
  sentence_writer& say_wait_of(const coroutine_state& c);                  // "queue get, queue “items”"
  void say_since(const coroutine_state& c);                                // ", after 12.0 µs (since #7),"

  // Facts.
  const diary::thread_state* thread(const diary::scheduler_state& state) const;
  const coroutine_state* running(const diary::scheduler_state& state) const;
  const coroutine_state* running_before() const { return running(before_); }
  std::vector<const coroutine_state*> ready_before() const;
  // The blocked coroutines that wait for the object, in order; only those with that reason, if it is not none.
  std::vector<const coroutine_state*> waiters(std::uint64_t object, diary::wait_reason reason) const;
  bool knows_times() const { return !trace_.source().info().order_only; }
  std::string string_of(std::uint64_t id) const;
  static std::string fd_text(std::uint64_t bits);

  const diary::history& trace_;
  const diary::event& e_;
  const diary::scheduler_state& before_;
  const diary::scheduler_state& after_;
  event_sentence result_;
  bool told_runner_ = false;  // the coroutine that runs afterwards is named
};

// The reason as a person would write it: "queue get".
std::string spoken_reason(diary::wait_reason reason);
// A duration that a file may choose freely.
std::string delay_text(std::uint64_t ns);

}  // namespace weft::viz
