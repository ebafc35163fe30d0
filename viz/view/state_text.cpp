#include "view/state_text.hpp"

#include <algorithm>
#include <bit>
#include <cstdio>

#include "trace/words/varint.hpp"

namespace weft::viz {
namespace {

std::string ready_bits_text(std::uint64_t bits) {
  std::string result;
  const auto add = [&](std::uint64_t bit, const char* word) {
    if ((bits & bit) == 0) return;
    if (!result.empty()) result += "+";
    result += word;
  };
  add(diary::fd_readable_bit, "readable");
  add(diary::fd_writable_bit, "writable");
  add(diary::fd_error_bit, "error");
  return result;
}

std::string real_text(std::uint64_t bits) {
  char text[40];
  std::snprintf(text, sizeof text, "%g", std::bit_cast<double>(bits));
  return text;
}

// Text of an argument that is stored as its value + 1, so that 0 can mean none.
std::string shifted_text(std::string_view name, std::uint64_t stored) {
  if (name == "timeout_ns") {
    if (stored == 0) return "until something happens";
    return stored == 1 ? "does not wait" : "for up to " + duration_text(static_cast<std::int64_t>(stored - 1));
  }
  return stored == 0 ? std::string() : std::string(name) + " " + std::to_string(stored - 1);
}

// Returns "" for an argument without information (no slot, no object).
std::string argument_text(const trace_model& trace, const diary::event& e, diary::arg_kind kind, std::string_view name,
                          std::uint64_t value) {
  using k = diary::arg_kind;
  const diary::history& h = trace.history();
  switch (kind) {
    case k::none:
      return {};
    case k::slot: {
      if (value == 0) return name == "to" ? "to nobody" : "";
      const coroutine_index who = trace.coroutine_of_slot(value, e.n + 1);
      const std::string label = who == nobody ? "slot " + std::to_string(value) : trace.label(who);
      return name == "to"                         ? "to " + label
             : name == "slot" || name == "target" ? label
                                                  : std::string(name) + " " + label;
    }
    case k::coroutine:
      return "#" + std::to_string(value);
    case k::string:
      return h.string(value);
    case k::site: {
      const diary::site_record* site = h.site(value);
      return site == nullptr ? "" : site->file + ":" + std::to_string(site->line);
    }
    case k::object:
      return value == 0 ? "" : h.object_label(value);
    case k::fd:
      return "fd " + std::to_string(value);
    case k::nanoseconds:
      return std::string(name.substr(0, name.find("_ns"))) + " " + duration_text(static_cast<std::int64_t>(value));
    case k::status:
      return std::string(to_text(static_cast<diary::coroutine_status>(value)));
    case k::wait_reason:
      return std::string(to_text(static_cast<diary::wait_reason>(value)));
    case k::wake_cause:
      return std::string(to_text(static_cast<diary::wake_cause>(value)));
    case k::object_kind:
      return std::string(to_text(static_cast<diary::object_kind>(value)));
    case k::ready_bits:
      return ready_bits_text(value);
    case k::real:
      return real_text(value);
    case k::signed_count:
      return std::string(name) + " " + std::to_string(diary::unzigzag(value));
    case k::count:
      if (name.ends_with("_plus_1")) return shifted_text(name.substr(0, name.size() - 7), value);
      return std::string(name) + " " + std::to_string(value);
  }
  return {};
}

}  // namespace

std::string words_of(diary::wait_reason reason) {
  std::string words(to_text(reason));
  std::replace(words.begin(), words.end(), '_', ' ');
  return words;
}

std::string wait_text(const trace_model& trace, const diary::coroutine_state& c) {
  if (c.fd >= 0) {
    const bool writable = c.reason == diary::wait_reason::fd_writable;
    return "fd " + std::to_string(c.fd) + (writable ? " writable" : " readable");
  }
  const std::string reason = words_of(c.reason);
  if (c.object == 0) return reason;
  const diary::object_record* object = trace.history().object(c.object);
  if (object == nullptr) return reason;
  if (object->kind == diary::object_kind::task || object->name.empty()) {
    return object->name.empty() ? reason : reason + " “" + object->name + "”";
  }
  return trace.history().object_label(c.object);
}

namespace {

std::string state_text_of_huge(const trace_model& trace, const diary::scheduler_state& state, coroutine_index c,
                               std::uint64_t at_event) {
  const diary::coroutine_record& record = trace.record(c);
  const diary::coroutine_state* now = state.by_slot(record.slot);
  if (now == nullptr || now->id != record.id) {
    return record.spawn_event > at_event ? "not spawned yet" : std::string(to_text(record.end_status));
  }
  switch (kind_of(now->status, now->reason)) {
    case span_kind::running:
      return "running";
    case span_kind::ready:
      return "ready";
    case span_kind::sleeping:
      return "sleeps";
    default:
      return "waits: " + wait_text(trace, *now);
  }
}

}  // namespace

std::string state_text(const trace_model& trace, const diary::scheduler_state& state, coroutine_index c,
                       std::uint64_t at_event) {
  if (trace.is_huge()) return state_text_of_huge(trace, state, c, at_event);
  const coroutine_track* const known = trace.track_of(c);
  const std::size_t i = known != nullptr ? known->states.find_event(at_event) : track::npos;
  if (i == track::npos) return "not spawned yet";
  const track& states = known->states;
  switch (states[i].kind()) {
    case span_kind::running:
      return "running";
    case span_kind::ready:
      return "ready";
    case span_kind::sleeping:
      return "sleeps";
    case span_kind::nothing:
      return std::string(to_text(states[i].status()));
    case span_kind::io:
    case span_kind::other:
      break;
  }
  const diary::coroutine_state* now = state.by_slot(trace.record(c).slot);
  const bool same = now != nullptr && now->id == known->id;
  return "waits: " + (same ? wait_text(trace, *now) : words_of(states[i].reason()));
}

const char* explanation(span_kind kind) {
  switch (kind) {
    case span_kind::running:
      return "Running: has the OS thread until it yields, waits or ends.";
    case span_kind::ready:
      return "Ready: could run, but others run or stand before it in the queue.";
    case span_kind::io:
      return "Waits for I/O: a file descriptor or the world outside.";
    case span_kind::other:
      return "Waits for another coroutine: a lock, a queue, the end of a task.";
    case span_kind::sleeping:
      return "Sleeps: a timer wakes it.";
    case span_kind::nothing:
      return "Nobody runs: the scheduler waits in the poller.";
  }
  return "";
}

event_words describe(const trace_model& trace, const diary::event& e) {
  event_words words;
  words.what = trace.events().type_name(e.type);
  const coroutine_index who = trace.running_before(e.thread, e.n);
  words.who = who == nobody ? "scheduler" : trace.label(who);
  const auto add = [&](const std::string& part) {
    if (part.empty()) return;
    if (!words.details.empty()) words.details += ", ";
    words.details += part;
  };
  const diary::event_schema* schema = diary::find_schema(e.type);
  if (schema == nullptr) return words;
  for (std::size_t i = 0; i < schema->arg_count; ++i) {
    add(argument_text(trace, e, schema->kinds[i], schema->arg_names[i], e.args[i]));
  }
  if (schema->has_text && !e.text.empty()) add(diary::sanitised(e.text));
  return words;
}

}  // namespace weft::viz
