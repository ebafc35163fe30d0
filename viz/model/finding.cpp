#include "model/finding.hpp"

#include <algorithm>
#include <cstdio>
#include <iterator>

namespace weft::viz {

namespace {

using k = finding_kind;
using s = finding_severity;
constexpr finding_kind_entry all[] = {
    {k::held_thread, "held-thread", "one ran for too long without giving up the thread", s::severe,
     "{who} held the thread {times}, for {sum} in all"},
    {k::never_yielded, "never-yielded", "one ran for 100 ms or more from its start to its end, without a single wait",
     s::severe, "{who} never gave up the thread, for {sum} in all"},
    {k::wait_cycle, "wait-cycle", "coroutines wait for each other", s::stuck, ""},
    {k::blocked_at_end, "blocked-at-end",
     "one is still blocked when its scheduler has ended, or nothing was left that could wake it", s::stuck,
     "{who} are blocked at the end of the trace: {cause}"},
    {k::starved, "starved", "one stood ready for 100 ms or more although nobody held the thread", s::severe,
     "{who} stood ready for long {times}, for {sum} in all"},
    {k::late_timer, "late-timer", "a timer fired 10 ms or more after its time", s::costly,
     "the timers of {who} fired late {times}, by {sum} in all"},
    {k::blocking_call, "blocking-call", "a libc call blocked the thread instead of its coroutine", s::severe,
     "{cause} blocked the thread {times}, for up to {sum} in all"},
    {k::growing_queue, "growing-queue", "more is put into a queue than taken out of it", s::costly, ""},
    {k::never_joined, "never-joined", "coroutines of one spawn site were left over when main returned", s::minor,
     "{who} were never joined: spawned at {site}"},
    {k::two_waiters, "two-waiters", "two wait for one file descriptor in one direction", s::severe, ""},
    {k::stack_near_guard, "stack-near-guard", "seven eighths of a stack were used", s::severe,
     "{who} used most of their stacks"},
    {k::lone_yields, "lone-yields", "one yields a thousand times in a row with nobody else ready", s::costly,
     "{who} yielded with nobody else ready, {times} in long series, for {sum} in all"},
    {k::wake_without_effect, "wake-without-effect",
     "most who were woken from a condition variable went straight back to wait", s::minor, ""},
    {k::lost_wakeup, "lost-wakeup",
     "an event was cleared before who was woken ran, or a condition notified just before its waiter waited", s::severe,
     "{site} woke {who} in vain {times}"},
    {k::not_polled, "not-polled", "nobody asked the poller for 20 ms or more although no single run was that long",
     s::severe, "nobody asked the poller for long {times}, for {sum} in all"},
    {k::spawn_grows, "spawn-grows", "more and more coroutines of one spawn site live, from the start to the end",
     s::costly, ""},
    {k::zone_open, "zone-open", "a zone was left open by its coroutine, or ended by another", s::minor,
     "{who} left zones open, or ended others' zones, {times}"},
    {k::idle_thread, "idle-thread", "a thread was idle while another had many ready that it could have taken",
     s::costly, "{site} was idle {times}, for {sum} in all, while coroutines stood ready on another thread"},
    {k::queue_delay, "queue-delay", "the delay is above --p99-delay", s::severe, ""},
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

std::string share_text(double share) {
  const double per_cent = share * 100;
  if (per_cent > 0 && per_cent < 0.1) return "<0.1 %";
  char text[32];
  std::snprintf(text, sizeof text, per_cent >= 9.95 || per_cent == 0 ? "%.0f %%" : "%.1f %%", per_cent);
  return text;
}

}  // namespace weft::viz
