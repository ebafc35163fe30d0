#include "cli/moment.hpp"

#include <fmt/core.h>

#include <algorithm>

#include "cli/output/table.hpp"

namespace weft::viz::cli {

using diary::coroutine_state;
using diary::coroutine_status;

moment::moment(const diary::history& trace, const position& where)
    : trace_(trace),
      count_(events_until(trace.source(), where)),
      state_(trace.state_after(count_)),
      // Not after the end: what happened then is unknown.
      t_ns_(std::clamp(where.time_ns || where.share || where.clock ? time_of(trace.source(), where) : state_.now_ns(),
                       state_.now_ns(), std::max(state_.now_ns(), trace.source().info().last_ns))) {
  for (const diary::coroutine_record& record : trace.lives()) {
    const coroutine_state* alive = state_.by_slot(record.slot);
    if (alive && alive->id == record.id) {
      coroutines_.push_back({&record, alive, alive->status});
    } else if (diary::ended(record.end_status) && record.end_event < count_) {
      coroutines_.push_back({&record, nullptr, record.end_status});
    }
  }
}

std::string moment::name(const coroutine_state& c) const {
  const std::string& name = trace_.string(c.name);
  return name.empty() ? fmt::format("#{}", c.id) : name;
}

std::string moment::name(const coroutine_at& c) const {
  return c.state ? name(*c.state) : trace_.coroutine_label(c.record->id);
}

std::string moment::name_and_id(const coroutine_state& c) const {
  const std::string& name = trace_.string(c.name);
  return name.empty() ? fmt::format("#{}", c.id) : fmt::format("{} (#{})", name, c.id);
}

std::string moment::name_of_slot(std::uint64_t slot) const {
  const coroutine_state* c = state_.by_slot(slot);
  return c ? name_and_id(*c) : "nobody";
}

std::string moment::object(const coroutine_state& c) const {
  return c.status == coroutine_status::blocked && c.object != 0 ? trace_.object_label(c.object) : "";
}

const coroutine_state* moment::owner(const coroutine_state& c) const { return state_.owner_of_wait(c); }

std::string moment::wait_text(const coroutine_state& c) const {
  std::string text;
  const auto append = [&text](const std::string& part) { text += (text.empty() ? "" : ", ") + part; };
  if (const std::string what = object(c); !what.empty()) append(what);
  if (c.fd >= 0) append(fmt::format("fd {}", c.fd));
  if (const coroutine_state* holder = owner(c)) {
    const diary::object_record* what = trace_.object(c.object);
    const bool is_task = what && what->kind == diary::object_kind::task;
    append((is_task ? "which is " : "held by ") + name_and_id(*holder));
  }
  if (c.deadline_ns) append("until " + exact_time(*c.deadline_ns));
  return text;
}

json moment::coroutine_json(const coroutine_at& c) const {
  const bool blocked = c.status == coroutine_status::blocked;
  json out;
  out["id"] = c.record->id;
  out["name"] = name(c);
  out["state"] = diary::to_text(c.status);
  out["reason"] = blocked ? diary::to_text(c.state->reason) : "";
  out["object"] = c.state ? object(*c.state) : "";
  const coroutine_state* holder = c.state ? owner(*c.state) : nullptr;
  out["owner"] = holder ? json(holder->id) : json(nullptr);
  out["owner_name"] = holder ? name(*holder) : "";
  out["parent"] = c.record->parent;
  out["thread"] = c.state ? c.state->thread : c.record->thread;
  out["since_ns"] = c.state ? c.state->since_ns : c.record->end_ns;
  out["fd"] = blocked && c.state->fd >= 0 ? json(c.state->fd) : json(nullptr);
  out["deadline_ns"] = blocked && c.state->deadline_ns ? json(*c.state->deadline_ns) : json(nullptr);
  if (c.status == coroutine_status::failed) out["error"] = c.record->error;
  return out;
}

json moment::place_json() const {
  json out;
  out["t_ns"] = t_ns();
  out["event"] = count_ == 0 ? json(nullptr) : json(count_ - 1);
  return out;
}

std::string moment::place_text() const {
  const std::uint64_t total = trace_.source().event_count();
  if (count_ == 0) return fmt::format("before the first of {} events", total);
  const diary::event last = trace_.source().at(count_ - 1);
  return fmt::format("at {}, after event #{} of {} ({})", exact_time(t_ns()), count_ - 1, total,
                     trace_.source().type_name(last.type));
}

}  // namespace weft::viz::cli
