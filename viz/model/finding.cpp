#include "model/finding.hpp"

namespace weft::viz {

const char* to_text(finding_kind kind) {
  switch (kind) {
    case finding_kind::held_thread:
      return "held-thread";
    case finding_kind::never_yielded:
      return "never-yielded";
    case finding_kind::wait_cycle:
      return "wait-cycle";
    case finding_kind::blocked_at_end:
      return "blocked-at-end";
    case finding_kind::starved:
      return "starved";
    case finding_kind::late_timer:
      return "late-timer";
    case finding_kind::blocking_call:
      return "blocking-call";
    case finding_kind::growing_queue:
      return "growing-queue";
    case finding_kind::never_joined:
      return "never-joined";
    case finding_kind::two_waiters:
      return "two-waiters";
    case finding_kind::stack_near_guard:
      return "stack-near-guard";
    case finding_kind::lone_yields:
      return "lone-yields";
    case finding_kind::wake_without_effect:
      return "wake-without-effect";
    case finding_kind::queue_delay:
      return "queue-delay";
  }
  return "?";
}

}  // namespace weft::viz
