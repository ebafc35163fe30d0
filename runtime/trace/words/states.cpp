// The words for states, reasons, causes and object kinds. A word's place in its table is its number in the file.
#include "trace/words/states.hpp"

#include <array>
#include <cstddef>

namespace weft::diary {
namespace {

constexpr std::array<std::string_view, 7> status_words{"none", "ready",  "running",  "blocked",
                                                       "done", "failed", "cancelled"};

constexpr std::array<std::string_view, wait_reason_count> reason_words{
    "none",
    "start_timer",
    "sleep",
    "fd_readable",
    "fd_writable",
    "join",
    "join_all",
    "gather",
    "wait_tasks",
    "as_completed",
    "task_group",
    "pool_slot",
    "pool_join",
    "future",
    "select",
    "mutex",
    "recursive_mutex",
    "shared_mutex_exclusive",
    "shared_mutex_shared",
    "condition_variable",
    "semaphore",
    "event",
    "latch",
    "barrier",
    "queue_get",
    "queue_put",
    "queue_join",
    "channel_receive",
    "channel_send",
    "offload",
    "process",
    "signal",
    "thread",
    "awaitable",
    "server_drain",
    "resolve",
    "main_end",
    "connection_limit",
    "accept_backoff",
    "task_group_place",
};
static_assert(reason_words.back() == "task_group_place");

constexpr std::array<std::string_view, wake_cause_count> cause_words{"none",   "granted",  "cancelled", "timed_out",
                                                                     "closed", "deadlock", "started",   "expired"};

constexpr std::array<std::string_view, object_kind_count> kind_words{
    "none",      "task",  "mutex",      "recursive_mutex", "shared_mutex", "condition_variable",
    "semaphore", "event", "latch",      "barrier",         "queue",        "channel",
    "future",    "pool",  "task_group", "server",          "process",      "thread",
    "other",     "tasks"};
static_assert(kind_words.back() == "tasks");

template <class Enum, std::size_t Count>
constexpr std::string_view word_of(const std::array<std::string_view, Count>& words, Enum value) {
  const auto index = static_cast<std::size_t>(value);
  return index < Count ? words[index] : std::string_view("?");
}

template <class Enum, std::size_t Count>
constexpr Enum value_of(const std::array<std::string_view, Count>& words, std::string_view word) {
  for (std::size_t i = 0; i < Count; ++i) {
    if (words[i] == word) return static_cast<Enum>(i);
  }
  return Enum::none;
}

}  // namespace

std::string_view to_text(coroutine_status s) { return word_of(status_words, s); }
std::string_view to_text(wait_reason r) { return word_of(reason_words, r); }
std::string_view to_text(wake_cause c) { return word_of(cause_words, c); }
std::string_view to_text(object_kind k) { return word_of(kind_words, k); }

coroutine_status status_from_text(std::string_view word) { return value_of<coroutine_status>(status_words, word); }
wait_reason wait_reason_from_text(std::string_view word) { return value_of<wait_reason>(reason_words, word); }
wake_cause wake_cause_from_text(std::string_view word) { return value_of<wake_cause>(cause_words, word); }
object_kind object_kind_from_text(std::string_view word) { return value_of<object_kind>(kind_words, word); }

}  // namespace weft::diary
