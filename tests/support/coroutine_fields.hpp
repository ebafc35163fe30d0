// Every field of a coroutine's state, for tests that none gets lost on its way: through checkpoints, through text,
// through a copy. A field that is added to coroutine_state and not to this list does not compile.
#pragma once

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "trace/state/coroutine_state.hpp"

namespace weft::tests {

// From where a reader that begins at a checkpoint has a field.
enum class told_by {
  checkpoint,
  events,  // only those before the checkpoint tell it: a sum, or the number of an event
};

struct field_kind {
  const char* name;
  told_by by;
};

// In the order of the members.
inline constexpr field_kind coroutine_fields[] = {
    {"slot", told_by::checkpoint},       {"id", told_by::checkpoint},      {"parent", told_by::checkpoint},
    {"name", told_by::checkpoint},       {"site", told_by::checkpoint},    {"thread", told_by::checkpoint},
    {"status", told_by::checkpoint},     {"reason", told_by::checkpoint},  {"object", told_by::checkpoint},
    {"owner_slot", told_by::checkpoint}, {"fd", told_by::checkpoint},      {"deadline_ns", told_by::checkpoint},
    {"since_ns", told_by::checkpoint},   {"since_event", told_by::events}, {"woken_cause", told_by::events},
    {"woken_by", told_by::events},       {"woken_event", told_by::events}, {"spawned_ns", told_by::events},
    {"spawned_event", told_by::events},  {"seen_by", told_by::events},     {"from_checkpoint", told_by::events},
    {"has_left", told_by::events},       {"never_began", told_by::events}, {"runs", told_by::events},
    {"spawns", told_by::events},         {"run_ns", told_by::events},      {"ready_ns", told_by::events},
    {"blocked_ns", told_by::events},
};
inline constexpr std::size_t coroutine_field_count = std::size(coroutine_fields);

// Calls f(each member...). Both lists are in the order of the members.
template <class State, class F>
auto with_fields(State& c, F&& f) {
  auto& [slot, id, parent, name, site, thread, status, reason, object, owner_slot, fd, deadline_ns, since_ns,
         since_event, woken_cause, woken_by, woken_event, spawned_ns, spawned_event, seen_by, from_checkpoint, has_left,
         never_began, runs, spawns, run_ns, ready_ns, blocked_ns] = c;
  return f(slot, id, parent, name, site, thread, status, reason, object, owner_slot, fd, deadline_ns, since_ns,
           since_event, woken_cause, woken_by, woken_event, spawned_ns, spawned_event, seen_by, from_checkpoint,
           has_left, never_began, runs, spawns, run_ns, ready_ns, blocked_ns);
}

template <class T>
std::string field_text(const T& value) {
  if constexpr (std::is_enum_v<T>) {
    return std::to_string(static_cast<std::uint64_t>(value));
  } else {
    return std::to_string(value);
  }
}
inline std::string field_text(const std::optional<std::int64_t>& value) { return value ? field_text(*value) : "none"; }

// The values as text, in the order of coroutine_fields.
inline std::vector<std::string> field_texts(const diary::coroutine_state& c) {
  return with_fields(c, [](const auto&... field) {
    static_assert(sizeof...(field) == coroutine_field_count, "coroutine_fields lacks a field");
    return std::vector<std::string>{field_text(field)...};
  });
}

// Values that none of the defaults is, and no two fields share but those of one bit.
inline diary::coroutine_state filled_coroutine() {
  diary::coroutine_state c;
  std::uint64_t next = 100;
  const auto fill = [&next]<class T>(T& field) {
    ++next;
    if constexpr (std::is_same_v<T, diary::coroutine_status>) {
      field = diary::coroutine_status::blocked;
    } else if constexpr (std::is_same_v<T, diary::wait_reason>) {
      field = diary::wait_reason::mutex;
    } else if constexpr (std::is_same_v<T, diary::wake_cause>) {
      field = diary::wake_cause::closed;
    } else if constexpr (std::is_same_v<T, bool>) {
      field = true;
    } else if constexpr (std::is_same_v<T, std::optional<std::int64_t>>) {
      field = static_cast<std::int64_t>(next);
    } else {
      field = static_cast<T>(next);
    }
  };
  with_fields(c, [&](auto&... field) { (fill(field), ...); });
  return c;
}

}  // namespace weft::tests
