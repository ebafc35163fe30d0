// The table of all events. An argument that is shifted by one (so that 0 can mean "none") says so in its name.
#include "trace/words/schema.hpp"

#include <initializer_list>
#include <iterator>

namespace weft::diary {
namespace {

struct argument {
  std::string_view name;
  arg_kind kind;
};

constexpr event_schema schema(event_type type, event_family family, event_subject subject, std::string_view name,
                              std::initializer_list<argument> arguments = {}, bool has_text = false) {
  event_schema result;
  result.type = type;
  result.family = family;
  result.subject = subject;
  result.name = name;
  result.has_text = has_text;
  for (const argument& a : arguments) {
    result.kinds[result.arg_count] = a.kind;
    result.arg_names[result.arg_count] = a.name;
    ++result.arg_count;
  }
  return result;
}

using t = event_type;
using f = event_family;
using about = event_subject;
using k = arg_kind;
constexpr bool with_text = true;

// No argument is called n, t_ns, thread, type, coroutine, name or text: --json has keys of these names.
constexpr event_schema all[] = {
    schema(t::thread_start, f::thread, about::running, "thread_start", {{"tid", k::count}}, with_text),
    schema(t::thread_stop, f::thread, about::running, "thread_stop"),
    schema(t::loss, f::thread, about::running, "loss", {{"count", k::count}}),
    schema(t::string, f::definition, about::running, "string", {{"id", k::count}}, with_text),
    schema(t::site, f::definition, about::running, "site",
           {{"id", k::count}, {"file", k::string}, {"line", k::count}, {"function", k::string}}),
    schema(t::object, f::definition, about::running, "object", {{"id", k::count}, {"kind", k::object_kind}}, with_text),
    schema(t::generation, f::thread, about::running, "generation", {{"number", k::count}, {"tid", k::count}},
           with_text),
    schema(t::shuffle_seed, f::thread, about::running, "shuffle_seed", {{"seed", k::count}}),
    schema(t::process, f::thread, about::running, "process", {{"pid", k::count}}, with_text),
    schema(t::spawn, f::spawn, about::newcomer, "spawn",
           {{"slot", k::slot}, {"id", k::coroutine}, {"parent", k::slot}, {"called", k::string}, {"site", k::site}}),
    schema(t::spawn_after, f::spawn, about::newcomer, "spawn_after",
           {{"slot", k::slot},
            {"id", k::coroutine},
            {"parent", k::slot},
            {"called", k::string},
            {"site", k::site},
            {"delay_ns", k::nanoseconds}}),
    schema(t::rename, f::coroutine, about::slot, "rename", {{"slot", k::slot}, {"called", k::string}}),
    schema(t::error, f::coroutine, about::running, "error", {}, with_text),
    schema(t::enter, f::switching, about::slot, "enter", {{"to", k::slot}}),
    schema(t::yield, f::switching, about::running, "yield", {{"to", k::slot}}),
    schema(t::sleep, f::switching, about::running, "sleep", {{"to", k::slot}, {"delay_ns", k::nanoseconds}}),
    schema(t::block, f::switching, about::running, "block",
           {{"to", k::slot}, {"reason", k::wait_reason}, {"object", k::object}, {"owner", k::slot}}),
    schema(t::block_fd, f::switching, about::running, "block_fd",
           {{"to", k::slot}, {"reason", k::wait_reason}, {"fd", k::fd}}),
    schema(t::finish, f::switching, about::running, "finish", {{"to", k::slot}, {"status", k::status}}),
    schema(t::time_limit, f::coroutine, about::running, "time_limit", {{"delay_ns", k::nanoseconds}}),
    schema(t::wake, f::wake, about::slot, "wake", {{"slot", k::slot}, {"cause", k::wake_cause}, {"object", k::object}}),
    schema(t::wake_fd, f::wake, about::slot, "wake_fd", {{"slot", k::slot}, {"fd", k::fd}, {"ready", k::ready_bits}}),
    schema(t::wake_timer, f::wake, about::slot, "wake_timer",
           {{"slot", k::slot}, {"cause", k::wake_cause}, {"lateness_ns", k::nanoseconds}}),
    schema(t::wake_remote, f::wake, about::slot, "wake_remote",
           {{"slot", k::slot},
            {"cause", k::wake_cause},
            {"object", k::object},
            {"waker_thread_plus_1", k::count},
            {"waker_ordinal", k::count}}),
    schema(t::poll_begin, f::poll, about::running, "poll_begin", {{"timeout_ns_plus_1", k::count}}),
    schema(t::poll_end, f::poll, about::running, "poll_end", {{"ready_fds", k::count}}),
    schema(t::fd_ready, f::poll, about::running, "fd_ready", {{"fd", k::fd}, {"ready", k::ready_bits}}),
    schema(t::lock_acquired, f::object, about::running, "lock_acquired", {{"object", k::object}}),
    schema(t::lock_released, f::object, about::running, "lock_released", {{"object", k::object}}),
    schema(t::lock_handed, f::object, about::running, "lock_handed", {{"object", k::object}, {"owner", k::slot}}),
    schema(t::queue_put, f::object, about::running, "queue_put", {{"object", k::object}, {"depth", k::count}}),
    schema(t::queue_get, f::object, about::running, "queue_get", {{"object", k::object}, {"depth", k::count}}),
    schema(t::event_set, f::object, about::running, "event_set", {{"object", k::object}}),
    schema(t::event_clear, f::object, about::running, "event_clear", {{"object", k::object}}),
    schema(t::notify_unheard, f::object, about::running, "notify_unheard", {{"object", k::object}}),
    schema(t::counted, f::object, about::running, "counted", {{"object", k::object}, {"count", k::count}}),
    schema(t::cancel, f::interruption, about::slot, "cancel", {{"slot", k::slot}}),
    schema(t::cancel_delivered, f::interruption, about::running, "cancel_delivered"),
    schema(t::scope_expired, f::interruption, about::running, "scope_expired",
           {{"slot", k::slot}, {"depth", k::count}}),
    schema(t::select_interrupted, f::interruption, about::running, "select_interrupted", {{"look", k::count}}),
    schema(t::point_passed, f::interruption, about::running, "point_passed", {{"check", k::count}}),
    schema(t::socket_listening, f::socket, about::running, "socket_listening", {{"fd", k::fd}}, with_text),
    schema(t::socket_accepted, f::socket, about::running, "socket_accepted", {{"fd", k::fd}}, with_text),
    schema(t::socket_connected, f::socket, about::running, "socket_connected", {{"fd", k::fd}}, with_text),
    schema(t::socket_closed, f::socket, about::running, "socket_closed", {{"fd", k::fd}}),
    schema(t::accept_backoff, f::socket, about::running, "accept_backoff",
           {{"fd", k::fd}, {"errno", k::count}, {"delay_ns", k::nanoseconds}}),
    schema(t::input_at_once, f::socket, about::running, "input_at_once", {{"fd", k::fd}}),
    schema(t::offload_begin, f::work, about::running, "offload_begin", {{"job", k::count}}),
    schema(t::offload_end, f::work, about::running, "offload_end", {{"job", k::count}}),
    schema(t::take_over, f::coroutine, about::slot, "take_over", {{"slot", k::slot}, {"from_thread", k::count}}),
    schema(t::libc_call, f::work, about::running, "libc_call",
           {{"fd_plus_1", k::count}, {"result", k::signed_count}, {"errno", k::count}}, with_text),
    schema(t::stack_mark, f::coroutine, about::slot, "stack_mark",
           {{"slot", k::slot}, {"used_bytes", k::count}, {"reserved_bytes", k::count}}),
    schema(t::zone_begin, f::own, about::running, "zone_begin", {{"zone", k::string}}),
    schema(t::zone_end, f::own, about::running, "zone_end"),
    schema(t::mark, f::own, about::running, "mark", {}, with_text),
    schema(t::counter, f::own, about::running, "counter", {{"counter", k::string}, {"value", k::real}}),
    schema(t::checkpoint_begin, f::checkpoint, about::running, "checkpoint_begin",
           {{"count", k::count}, {"running", k::slot}}),
    schema(t::checkpoint_coroutine, f::checkpoint, about::newcomer, "checkpoint_coroutine",
           {{"slot", k::slot},
            {"id", k::coroutine},
            {"parent", k::slot},
            {"called", k::string},
            {"site", k::site},
            {"status_and_reason", k::count}}),
    schema(t::checkpoint_wait, f::checkpoint, about::running, "checkpoint_wait",
           {{"object", k::object},
            {"owner", k::slot},
            {"fd_plus_1", k::count},
            {"remaining_ns_plus_1", k::count},
            {"for_ns", k::nanoseconds},
            {"changes_ago", k::count}}),
    schema(t::checkpoint_ready, f::checkpoint, about::slot, "checkpoint_ready",
           {{"slot", k::slot}, {"for_ns", k::nanoseconds}}),
    schema(t::checkpoint_owner, f::checkpoint, about::running, "checkpoint_owner",
           {{"object", k::object}, {"owner", k::slot}}),
    schema(t::checkpoint_end, f::checkpoint, about::running, "checkpoint_end"),
    schema(t::checkpoint_object, f::checkpoint, about::running, "checkpoint_object",
           {{"object", k::object}, {"depth", k::count}, {"set", k::count}}),
    schema(t::checkpoint_part, f::checkpoint, about::running, "checkpoint_part",
           {{"flags", k::count},
            {"count", k::count},
            {"running", k::slot},
            {"ticks_ago", k::count},
            {"base_back", k::count},
            {"base_events", k::count}},
           with_text),
};

// By number, for decoding; 0: unknown, else index + 1.
constexpr auto by_number = [] {
  std::array<std::uint8_t, 256> table{};
  for (std::size_t i = 0; i < std::size(all); ++i) {
    table[static_cast<std::size_t>(all[i].type)] = static_cast<std::uint8_t>(i + 1);
  }
  return table;
}();

constexpr bool in_order = [] {
  for (std::size_t i = 1; i < std::size(all); ++i) {
    if (all[i - 1].type >= all[i].type) return false;
  }
  return true;
}();
static_assert(in_order);

}  // namespace

constinit const std::array<event_facts, 256> facts_of_events = [] {
  std::array<event_facts, 256> table{};
  for (const event_schema& s : all) table[static_cast<std::size_t>(s.type)] = {s.family, s.subject};
  return table;
}();

std::span<const event_schema> all_event_schemas() { return all; }

const event_schema* find_schema(event_type type) {
  const std::uint8_t place = by_number[static_cast<std::size_t>(type)];
  return place != 0 ? &all[place - 1] : nullptr;
}

const event_schema* find_schema(std::string_view name) {
  for (const event_schema& s : all) {
    if (s.name == name) return &s;
  }
  return nullptr;
}

}  // namespace weft::diary
