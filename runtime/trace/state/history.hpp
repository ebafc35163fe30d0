// Answers questions about a whole trace. One pass builds the tables of names, coroutines and checkpoints; the
// scheduler's state at any event is then a checkpoint and a short replay. Extends itself when the reader finds more
// events (live).
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
  // Sums over the life, up to its end or the end of the trace
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
  // Which data the constructor collects. everything: one pass that follows the state. on_demand: a pass that only
  // gathers names and lives, several times faster. States then come from the checkpoints in the file (see seek.hpp);
  // the first call that needs the whole pass makes it, and invalidates earlier references. told: no pass; a caller that
  // reads the events anyway passes each event that `is_told` names to take(), in order. Otherwise like on_demand.
  enum class effort : std::uint8_t { everything, on_demand, told };

  explicit history(reader r, effort e = effort::everything);
  history(history&&) noexcept;
  history& operator=(history&&) noexcept;
  ~history();

  const reader& source() const;
  effort how() const;
  // Gives the reader away. The history must not be used afterwards.
  reader release() &&;

  // For effort::told. `running_slot`: the coroutine that runs on the event's thread before the event, 0: none.
  void take(const event& e, std::uint64_t running_slot);
  static constexpr bool is_told(event_type type) {
    using t = event_type;
    return (type >= t::string && type <= t::object) || (type >= t::spawn && type <= t::error) || type == t::finish ||
           type == t::take_over || type == t::checkpoint_coroutine;
  }

  // Reads new events if the file has grown; true if there were any.
  bool refresh();

  // State after the first `count` events (0: before any, event_count(): the end).
  scheduler_state state_after(std::uint64_t count) const;

  const std::vector<coroutine_record>& coroutines() const;
  // Like coroutines(), perhaps without the sums over lives. Does not need the whole pass.
  const std::vector<coroutine_record>& lives() const;
  std::uint64_t finished_count() const;  // ends in the trace; does not need the whole pass
  // False if a sealed chunk that the reader trusted was wrong: open the file again without trust.
  bool is_whole() const;
  const coroutine_record* find_coroutine(std::uint64_t id) const;  // null if unknown
  // Index in lives(); npos if the id is unknown.
  std::size_t place_of(std::uint64_t id) const;
  static constexpr std::size_t npos = static_cast<std::size_t>(-1);
  // Id of the coroutine that was in a slot just before event n, 0 if the slot was free. O(log of the slot's lives).
  std::uint64_t id_of_slot(std::uint64_t slot, std::uint64_t n) const;

  // References and pointers returned below are valid until refresh().
  const std::string& string(std::uint64_t id) const;  // sanitised; "" if unknown
  const site_record* site(std::uint64_t id) const;
  const object_record* object(std::uint64_t id) const;
  // "worker 3", or "#17" for a coroutine without a name.
  std::string coroutine_label(std::uint64_t id) const;
  // "mutex “accounts”", "queue 0x12" without a name.
  std::string object_label(std::uint64_t id) const;

  // Broken rules in the trace, at most `violation_limit`; violation_count() counts all.
  const std::vector<violation>& violations() const;
  std::uint64_t violation_count() const;
  static constexpr std::size_t violation_limit = 1000;

  struct totals_record {
    std::uint64_t coroutines = 0, finished = 0;
    std::uint64_t switches = 0;  // how often another coroutine started to run than the last one on the thread
    std::uint64_t polls = 0;
    std::int64_t run_ns = 0, idle_ns = 0;  // of all threads: time with and without a running coroutine
  };
  const totals_record& totals() const;
  // Sums over the threads of a state; leaves out coroutines and finished.
  static totals_record totals_of_threads(const scheduler_state& end);

 private:
  struct impl;
  const impl& whole() const;  // makes the whole pass first if necessary

  std::unique_ptr<impl> impl_;
};

}  // namespace weft::diary
