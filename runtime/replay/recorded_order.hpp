// What a trace tells of the order in which things happened on its one thread: spawns, switches, wakes, and what the
// scheduler itself did in between, one after the other. Everything else of the trace is passed over.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>

#include "trace/file/reader.hpp"

namespace weft::replay {

// Is it an event of which a replay takes notice? `on_root`: nobody runs.
bool is_step(diary::event_type type, bool on_root) noexcept;
inline bool is_switch(diary::event_type type) noexcept {
  return type >= diary::event_type::enter && type <= diary::event_type::finish;
}

class recorded_order {
 public:
  // Throws replay_error if the file cannot be read, or tells an order that cannot be followed.
  explicit recorded_order(const std::string& path);
  recorded_order(const recorded_order&) = delete;
  recorded_order& operator=(const recorded_order&) = delete;

  const std::string& path() const noexcept { return path_; }
  // Goes to the next scheduler's beginning. False: there is none. Throws replay_error.
  bool begin_run();
  // The seed of the scheduler that began; none: FIFO.
  std::optional<std::uint64_t> shuffle_seed() const noexcept { return shuffle_seed_; }

  // The step that comes next; null at the run's end, and where the recording ends.
  const diary::event* front() const noexcept { return has_front_ ? &front_ : nullptr; }
  void pop();
  // Who runs when that happens, by slot; 0: nobody.
  std::uint64_t running() const noexcept { return running_; }
  // Without a front: the run has ended in the recording, too.
  bool run_ended() const noexcept { return run_ended_; }
  // Without a front: events are missing where it would be.
  bool has_gap() const noexcept { return has_gap_; }
  // Number of the event that front() is, or of the first one that is missing.
  std::uint64_t event_number() const noexcept { return has_front_ ? front_.n : walk_.n(); }
  std::int64_t time_ns() const noexcept { return time_ns_; }  // of the step popped last

  // How people call things of the recording.
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
  bool run_begins_ = false;  // the event read last was a thread_start
  std::uint64_t running_ = 0;
  std::int64_t time_ns_ = 0;
  std::optional<std::uint64_t> shuffle_seed_;
  std::unordered_map<std::uint64_t, lived> by_slot_;  // no vector: a damaged file may name any slot
  std::unordered_map<std::uint64_t, std::string> strings_, objects_;
};

}  // namespace weft::replay
