#include "analysis/event_sentence.hpp"

#include <algorithm>

#include "analysis/sentence_writer.hpp"
#include "model/time_scale.hpp"

namespace weft::viz {

using diary::coroutine_state;
using diary::coroutine_status;
using diary::wait_reason;

std::string spoken_reason(wait_reason reason) {
  std::string text(diary::to_text(reason));
  std::replace(text.begin(), text.end(), '_', ' ');
  return text;
}

std::string delay_text(std::uint64_t ns) {
  return duration_text(static_cast<std::int64_t>(std::min<std::uint64_t>(ns, INT64_MAX / 2)));
}

event_sentence sentence_writer::write() && {
  if (!tell_switch() && !tell_wake() && !tell_object() && !tell_note() && !tell_bookkeeping()) {
    say("event of a kind that this version does not know");
  }
  const coroutine_state* const runs = running(after_);
  if (!told_runner_ && runs != nullptr) say("; ").whose(runs).say(" keeps the thread");
  return std::move(result_);
}

sentence_writer& sentence_writer::say(std::string_view text) {
  std::vector<sentence_piece>& pieces = result_.pieces;
  if (!pieces.empty() && pieces.back().link == sentence_link::none) {
    pieces.back().text += text;
  } else if (!text.empty()) {
    pieces.push_back({std::string(text)});
  }
  return *this;
}

sentence_writer& sentence_writer::who(std::uint64_t id) {
  if (id == 0) return say("a coroutine that the diary does not name");
  result_.pieces.push_back({trace_.coroutine_label(id), sentence_link::coroutine, id});
  return *this;
}

sentence_writer& sentence_writer::whose(const coroutine_state* c) { return who(c != nullptr ? c->id : 0); }

sentence_writer& sentence_writer::in_slot(std::uint64_t slot) {
  const coroutine_state* c = before_.by_slot(slot);
  return whose(c != nullptr ? c : after_.by_slot(slot));
}

sentence_writer& sentence_writer::event(std::uint64_t n) {
  result_.pieces.push_back({"#" + std::to_string(n), sentence_link::event, n});
  return *this;
}

sentence_writer& sentence_writer::object(std::uint64_t id) {
  if (id == 0) return say("something without a name");
  result_.pieces.push_back({trace_.object_label(id), sentence_link::object, id});
  return *this;
}

sentence_writer& sentence_writer::names(const std::vector<const coroutine_state*>& all) {
  constexpr std::size_t most = 3;
  const std::size_t named = all.size() <= most ? all.size() : most - 1;
  for (std::size_t i = 0; i < named; ++i) {
    if (i > 0) say(i + 1 == all.size() ? " and " : ", ");
    whose(all[i]);
  }
  return named < all.size() ? say(" and " + std::to_string(all.size() - named) + " more") : *this;
}

sentence_writer& sentence_writer::say_wait_of(const coroutine_state& c) {
  say(spoken_reason(c.reason));
  if (c.fd >= 0) {
    say(" of fd " + std::to_string(c.fd));
  } else if (const diary::object_record* const what = trace_.object(c.object); what != nullptr && !what->name.empty()) {
    say(", ").object(c.object);
  }
  return *this;
}

void sentence_writer::say_since(const coroutine_state& c) {
  // A state that a checkpoint describes has a start, but no event that started it.
  const bool has_event = !c.from_checkpoint && c.since_event < e_.n;
  if (!has_event && !knows_times()) return;
  if (knows_times()) say(", after " + duration_text(std::max<std::int64_t>(0, e_.t_ns - c.since_ns)));
  if (has_event) say(" (since ").event(c.since_event).say(")");
  if (knows_times()) say(",");
}

const diary::thread_state* sentence_writer::thread(const diary::scheduler_state& state) const {
  return e_.thread < state.threads().size() ? &state.threads()[e_.thread] : nullptr;
}

const coroutine_state* sentence_writer::running(const diary::scheduler_state& state) const {
  const diary::thread_state* const where = thread(state);
  return where != nullptr && where->running_slot != 0 ? state.by_slot(where->running_slot) : nullptr;
}

std::vector<const coroutine_state*> sentence_writer::ready_before() const {
  std::vector<const coroutine_state*> all;
  const diary::thread_state* const where = thread(before_);
  if (where == nullptr) return all;
  for (const std::uint64_t slot : where->ready) {
    if (const coroutine_state* const c = before_.by_slot(slot)) all.push_back(c);
  }
  return all;
}

std::vector<const coroutine_state*> sentence_writer::waiters(std::uint64_t object, wait_reason reason) const {
  std::vector<const coroutine_state*> all;
  const auto found = before_.objects().find(object);
  if (found == before_.objects().end()) return all;
  for (const std::uint64_t slot : found->second.waiters) {
    const coroutine_state* const c = before_.by_slot(slot);
    if (c != nullptr && (reason == wait_reason::none || c->reason == reason)) all.push_back(c);
  }
  return all;
}

std::string sentence_writer::string_of(std::uint64_t id) const {
  const std::string& text = trace_.string(id);
  return text.empty() ? "without a name" : "“" + text + "”";
}

std::string sentence_writer::fd_text(std::uint64_t bits) {
  std::string text;
  const auto add = [&](std::uint64_t bit, std::string_view word) {
    if ((bits & bit) != 0) text += (text.empty() ? "" : " and ") + std::string(word);
  };
  add(diary::fd_readable_bit, "readable");
  add(diary::fd_writable_bit, "writable");
  add(diary::fd_error_bit, "at an error or hung up");
  return text.empty() ? "ready" : text;
}

namespace {

event_sentence absent(std::uint64_t count) {
  return {{{count == 0 ? std::string("no event: the trace is empty")
                       : "no such event: the last one is #" + std::to_string(count - 1)}}};
}

event_sentence between(const diary::history& trace, const diary::event& e, const diary::scheduler_state& before) {
  diary::scheduler_state after = before;
  after.apply(e);
  return sentence_writer(trace, e, before, after).write();
}

}  // namespace

event_sentence event_sentence_of(const diary::history& trace, std::uint64_t event) {
  const std::uint64_t count = trace.source().event_count();
  return event < count ? between(trace, trace.source().at(event), trace.state_after(event)) : absent(count);
}

event_sentence event_sentence_of(const trace_model& trace, std::uint64_t event) {
  const std::uint64_t count = trace.event_count();
  if (event >= count) return absent(count);
  return between(trace.history(), trace.events().at(event), trace.state_after(event));
}

}  // namespace weft::viz
