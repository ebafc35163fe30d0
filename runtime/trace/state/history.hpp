// A whole trace made answerable: one pass builds the tables of names, coroutines and checkpoints; after that the
// scheduler's state at any event is a checkpoint and a short replay. Extends itself when the reader finds more (live).
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "trace/file/reader.hpp"
#include "trace/state/scheduler_state.hpp"

namespace weft::diary {

// One coroutine's whole life. Kept for every coroutine of the trace, in spawn order.
struct coroutine_record {
  std::uint64_t id = 0;
  std::uint64_t slot = 0;
  std::uint64_t parent = 0;  // id, 0: none
  std::uint64_t name = 0;    // string id; the last one given
  std::uint64_t site = 0;
  std::uint32_t thread = 0;
  std::uint64_t spawn_event = 0;
  std::int64_t spawn_ns = 0;
  coroutine_status end_status = coroutine_status::none;  // none: alive at the end of the trace
  std::uint64_t end_event = 0;                           // valid if end_status is not none
  std::int64_t end_ns = 0;
  std::string error;  // of a failed one: type and what(), sanitised
  // Whole-life sums, up to its end or the end of the trace
  std::uint64_t runs = 0, spawns = 0;
  std::int64_t run_ns = 0, ready_ns = 0, blocked_ns = 0;
};

struct site_record {
  std::string file, function;  // sanitised
  std::uint64_t line = 0;
};
struct object_record {
  object_kind kind = object_kind::none;
  std::string name;  // sanitised, may be empty
};

class history {
 public:
  // What is known after the constructor. everything: one pass that follows the state. on_demand: a pass that only
  // gathers names and lives, several times faster; states come from the checkpoints in the file (see seek.hpp), and
  // what needs the whole pass makes it when it is first asked for, after which earlier references are invalid.
  // told: none; somebody who goes through the events anyway gives it each that `is_told` names, in their order, by
  // take(). Otherwise like on_demand.
  enum class effort : std::uint8_t { everything, on_demand, told };

  explicit history(reader r, effort e = effort::everything);
  history(history&&) noexcept;
  history& operator=(history&&) noexcept;
  ~history();

  const reader& source() const;
  effort how() const;
  // Leaves nothing that may be used.
  reader release() &&;

  // For effort told. `running_slot`: who runs on the event's thread before it, 0: nobody.
  void take(const event& e, std::uint64_t running_slot);
  static constexpr bool is_told(event_type type) {
    using t = event_type;
    return (type >= t::string && type <= t::object) || (type >= t::spawn && type <= t::error) || type == t::finish ||
           type == t::take_over || type == t::checkpoint_coroutine;
  }

  // New events, if the file has grown; true if so.
  bool refresh();

  // State after the first `count` events (0: before any, event_count(): the end).
  scheduler_state state_after(std::uint64_t count) const;

  const std::vector<coroutine_record>& coroutines() const;
  // The same, perhaps without the whole-life sums: does not need the whole pass.
  const std::vector<coroutine_record>& lives() const;
  std::uint64_t finished_count() const;  // ends in the trace; does not need the whole pass either
  // False if a reader that trusted sealed chunks was deceived: open the file again without trust.
  bool is_whole() const;
  const coroutine_record* find_coroutine(std::uint64_t id) const;  // null if unknown
  // Its place in lives(); npos if it is unknown.
  std::size_t place_of(std::uint64_t id) const;
  static constexpr std::size_t npos = static_cast<std::size_t>(-1);
  // Resolves what a slot meant just before event n: the coroutine's id, 0 if free. O(log) by the slot's list of lives.
  std::uint64_t id_of_slot(std::uint64_t slot, std::uint64_t n) const;

  // References and pointers from here on are valid until refresh.
  const std::string& string(std::uint64_t id) const;  // sanitised; "" if unknown
  const site_record* site(std::uint64_t id) const;
  const object_record* object(std::uint64_t id) const;
  // "worker 3", or "#17" for one without a name.
  std::string coroutine_label(std::uint64_t id) const;
  // "mutex “accounts”", "queue 0x12" without a name.
  std::string object_label(std::uint64_t id) const;

  // Rules broken in the trace, at most `violation_limit`; violation_count counts all.
  const std::vector<violation>& violations() const;
  std::uint64_t violation_count() const;
  static constexpr std::size_t violation_limit = 1000;

  struct totals_record {
    std::uint64_t coroutines = 0, finished = 0;
    std::uint64_t switches = 0;  // another coroutine than the one that ran last on the thread began to run
    std::uint64_t polls = 0;
    std::int64_t run_ns = 0, idle_ns = 0;  // of all threads: somebody ran, nobody ran
  };
  const totals_record& totals() const;
  // What the threads of a state amount to: without coroutines and finished.
  static totals_record totals_of_threads(const scheduler_state& end);

 private:
  struct impl;
  const impl& whole() const;  // after the pass that follows the state

  std::unique_ptr<impl> impl_;
};

}  // namespace weft::diary
