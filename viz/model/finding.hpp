// One remark of the analysis about a place in the trace. A value: viz/analysis makes it, viz/view shows it.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/trace_model.hpp"

namespace weft::viz {

// In the order in which they are shown.
enum class finding_kind : std::uint8_t {
  held_thread,
  never_yielded,
  wait_cycle,
  blocked_at_end,
  starved,
  late_timer,
  blocking_call,
  growing_queue,
  never_joined,
  two_waiters,
  stack_near_guard,
  lone_yields,
  wake_without_effect,
  lost_wakeup,
  not_polled,
  spawn_grows,
  zone_open,
  idle_thread,
  queue_delay,
};

// By number, 1 is the worst: reports print the number.
enum class finding_severity : std::uint8_t {
  stuck = 1,   // somebody waits for good
  severe = 2,  // others had to wait because of it, or something gets lost
  costly = 3,  // it costs time, memory or luck
  minor = 4,   // worth a look
};

struct finding_kind_entry {
  finding_kind kind;
  std::string_view word;     // "held-thread", "blocked-at-end": in reports and as an argument
  std::string_view meaning;  // one line
  finding_severity how_bad;
  // The title of several instances; "" is the worst one's title, and how many there are. {who}: the name of all of
  // them, or "3 coroutines"; {times}: "27 times"; {sum}: how long all lasted; {site} and {cause}: as in finding.
  std::string_view many;
};

// All kinds, by number. The command's help is generated from this table; its completion and its manual page are checked
// against it.
std::span<const finding_kind_entry> finding_kinds();
const finding_kind_entry& entry_of(finding_kind kind);
inline std::string_view to_text(finding_kind kind) { return entry_of(kind).word; }

// One instance.
struct finding {
  finding_kind kind = finding_kind::held_thread;
  std::string title;   // "report held the thread for 12 ms"
  std::string detail;  // "5 coroutines stood ready meanwhile, the longest for 11 ms"
  std::string site;    // "worker.cpp:88": where the coroutine was spawned; else what the finding is about: "fd 7"
  std::string cause;   // instances of one kind, site and cause are one group; "" where kind and site say it all
  std::uint64_t evidence = 0;  // the event to show
  time_range when;             // the stretch that the finding is about
  std::int64_t lasted_ns = 0;  // its length without the time in which the program was paused
  std::int64_t size = 0;       // of two that lasted equally long, the larger one is the worse: bytes, items
  coroutine_index who = nobody;
  std::uint64_t coroutine = 0;  // the same as an id; 0: nobody
  std::string name;             // its name, "" for nobody
  // Ids of the other coroutines that are evidence: who waits with it, or who had the thread.
  std::vector<std::uint64_t> others;
};

// All findings of one cause at one site.
struct finding_group {
  finding_kind kind = finding_kind::held_thread;
  finding_severity severity = finding_severity::minor;
  std::string title;  // "report held the thread 27 times, for 412 ms in all"
  std::string site;
  std::uint64_t count = 0;
  std::int64_t sum_ns = 0;         // how long the instances lasted, added up
  double share = 0;                // 0..1: of the run, in which at least one of them lasted
  finding worst;                   // one of the instances
  std::vector<finding> instances;  // in the order of time; of very many the worst ones
  bool is_new = false;             // of a live trace: one of them was there just now
};

// "3.2 %", "<0.1 %": the share of a run.
std::string share_text(double share);

}  // namespace weft::viz
