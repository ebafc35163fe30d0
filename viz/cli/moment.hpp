// The scheduler at one moment of a trace, as text and JSON: used by `weft state` and `weft tree`.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cli/output/json_output.hpp"
#include "cli/position.hpp"
#include "trace/state/history.hpp"

namespace weft::viz::cli {

// One coroutine at the moment, alive or ended. Borrows from the moment.
struct coroutine_at {
  const diary::coroutine_record* record = nullptr;
  const diary::coroutine_state* state = nullptr;  // null: it has ended
  diary::coroutine_status status = diary::coroutine_status::none;
};

class moment {
 public:
  // The moment at a place in `trace`, which is borrowed and must outlive this object. Throws usage_error if there is no
  // such event.
  moment(const diary::history& trace, const position& where);

  const diary::history& trace() const { return trace_; }
  const diary::scheduler_state& state() const { return state_; }
  std::uint64_t count() const { return count_; }
  // The requested time, if there was one; else the time of the last applied event.
  std::int64_t t_ns() const { return t_ns_; }
  // All coroutines spawned before the moment, by id.
  const std::vector<coroutine_at>& coroutines() const { return coroutines_; }

  // The name at that moment (a coroutine may be renamed later), or "#17" without a name.
  std::string name(const coroutine_at& c) const;
  std::string name(const diary::coroutine_state& c) const;
  std::string name_of_slot(std::uint64_t slot) const;  // "nobody" for a free slot
  // For example "worker (#3)".
  std::string name_and_id(const diary::coroutine_state& c) const;
  // The object that a blocked coroutine waits for, or "".
  std::string object(const diary::coroutine_state& c) const;
  // The owner of what a blocked coroutine waits for: at the moment, or else when the wait began. Null: nobody, or
  // unknown.
  const diary::coroutine_state* owner(const diary::coroutine_state& c) const;
  // What a blocked coroutine waits for, to print after its reason: "mutex “accounts”, held by worker (#3)", "fd 7",
  // "until 1.5 s".
  std::string wait_text(const diary::coroutine_state& c) const;

  // {"id", "name", "state", "reason", "object", "owner", ...}. `reason` and `object` are "" unless blocked; `owner` is
  // the owner's id or null.
  json coroutine_json(const coroutine_at& c) const;
  // {"t_ns", "event"}: `event` is the last applied one, or null before the first.
  json place_json() const;
  // For example "at 1.000000000 s, after event #120 of 4000 (yield)".
  std::string place_text() const;

 private:
  const diary::history& trace_;
  const std::uint64_t count_;
  const diary::scheduler_state state_;
  const std::int64_t t_ns_;
  std::vector<coroutine_at> coroutines_;
};

}  // namespace weft::viz::cli
