#include "model/finding.hpp"

#include <algorithm>
#include <iterator>

namespace weft::viz {

namespace {

using k = finding_kind;
constexpr finding_kind_entry all[] = {
    {k::held_thread, "held-thread", "one ran for too long without giving up the thread", finding_severity::severe},
    {k::never_yielded, "never-yielded", "one ran for 100 ms or more from its start to its end, without a single wait",
     finding_severity::minor},
    {k::wait_cycle, "wait-cycle", "coroutines wait for each other", finding_severity::minor},
    {k::blocked_at_end, "blocked-at-end",
     "one is still blocked when its scheduler has ended, or nothing was left that could wake it",
     finding_severity::minor},
    {k::starved, "starved", "one stood ready for 100 ms or more although nobody held the thread",
     finding_severity::minor},
    {k::late_timer, "late-timer", "a timer fired 10 ms or more after its time", finding_severity::minor},
    {k::blocking_call, "blocking-call", "a libc call blocked the thread instead of its coroutine",
     finding_severity::minor},
    {k::growing_queue, "growing-queue", "more is put into a queue than taken out of it", finding_severity::minor},
    {k::never_joined, "never-joined", "coroutines of one spawn site were left over when main returned",
     finding_severity::minor},
    {k::two_waiters, "two-waiters", "two wait for one file descriptor in one direction", finding_severity::minor},
    {k::stack_near_guard, "stack-near-guard", "seven eighths of a stack were used", finding_severity::minor},
    {k::lone_yields, "lone-yields", "one yields a thousand times in a row with nobody else ready",
     finding_severity::minor},
    {k::wake_without_effect, "wake-without-effect",
     "most who were woken from a condition variable went straight back to wait", finding_severity::minor},
    {k::queue_delay, "queue-delay", "the delay is above --p99-delay", finding_severity::minor},
};

constexpr bool are_in_order() {
  for (std::size_t i = 0; i < std::size(all); ++i) {
    if (static_cast<std::size_t>(all[i].kind) != i) return false;
  }
  return static_cast<std::size_t>(k::queue_delay) + 1 == std::size(all);
}
static_assert(are_in_order(), "each kind has its row");

}  // namespace

std::span<const finding_kind_entry> finding_kinds() { return all; }

const finding_kind_entry& entry_of(finding_kind kind) {
  return all[std::min(static_cast<std::size_t>(kind), std::size(all) - 1)];
}

}  // namespace weft::viz
