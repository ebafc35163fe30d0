// The order of the steps on the one thread of a trace: spawns, switches, wakes, and the scheduler's own steps between
// them. Skips everything else in the trace.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>

#include "trace/file/reader.hpp"

namespace weft::replay {

// Is the event a step of a replay? `on_root`: no coroutine runs.
bool is_step(diary::event_type type, bool on_root) noexcept;

class recorded_order {
 public:
  // Throws replay_error if the file cannot be read or its order cannot be followed.
  explicit recorded_order(const std::string& path);
  recorded_order(const recorded_order&) = delete;
  recorded_order& operator=(const recorded_order&) = delete;

  const std::string& path() const noexcept { return path_; }
  // Moves to the start of the next scheduler. False: there is none. Throws replay_error.
  bool begin_run();
  // The shuffle seed of the present scheduler; none: FIFO.
  std::optional<std::uint64_t> shuffle_seed() const noexcept { return shuffle_seed_; }

  // The next step; null at the end of the run and at the end of the recording.
  const diary::event* front() const noexcept { return has_front_ ? &front_ : nullptr; }
  void pop();
  // Slot of the coroutine that runs at the next step; 0: none.
  std::uint64_t running() const noexcept { return running_; }
  // If front() is null: the run has ended in the recording, too.
  bool run_ended() const noexcept { return run_ended_; }
  // If front() is null: events are missing at this point.
  bool has_gap() const noexcept { return has_gap_; }
  // Number of the event that front() is, or of the first missing event.
  std::uint64_t event_number() const noexcept { return has_front_ ? front_.n : walk_.n(); }
  std::int64_t time_ns() const noexcept { return time_ns_; }  // of the step popped last

  // Names from the recording as reports print them.
  std::string coroutine(std::uint64_t slot) const;  // reader (#4)
  const std::string& name_of(std::uint64_t slot) const;
  std::string object(std::uint64_t id) const;  //  "accounts", with a space before it; or nothing
  const std::string& string(std::uint64_t id) const;

 private:
  struct lived {
    std::uint64_t id = 0;
    std::string name;
  };

  void read();
  void take_note(const diary::event& e);

  std::string path_;
  diary::reader reader_;
  diary::event_walk walk_;
  diary::event front_;
  bool has_front_ = false, run_ended_ = true, has_gap_ = false;
  bool begun_in_the_middle_ = false;
  bool run_begins_ = false;  // the last event read was a thread_start
  std::uint64_t running_ = 0;
  std::int64_t time_ns_ = 0;
  std::optional<std::uint64_t> shuffle_seed_;
  std::unordered_map<std::uint64_t, lived> by_slot_;  // a map, because a damaged file may name any slot
  std::unordered_map<std::uint64_t, std::string> strings_, objects_;
};

}  // namespace weft::replay
