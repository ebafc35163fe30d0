// Reads the checkpoints of one thread: the whole state of its scheduler. If all earlier events are known (the usual
// case), a checkpoint only repeats their sum, and is compared with it. If events are missing (the recording started in
// the middle, events were lost, or a reader starts here), the checkpoint sets the state.
#pragma once

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "trace/file/packed_checkpoint.hpp"
#include "trace/state/scheduler_facts.hpp"

namespace weft::diary {

class checkpoint_reader {
 public:
  // Applies an event of the family `checkpoint`. `is_base`: of a base (seek.hpp), after which a checkpoint of the
  // changes since then follows; what it says about objects is ignored.
  void take(event_step& s, bool is_base = false);

  // A checkpoint has begun and not ended.
  bool is_open() const { return reading_.is_open; }
  // And it sets the state, which is incomplete meanwhile.
  bool is_setting() const { return reading_.is_open && !reading_.compares; }
  void abandon() { reading_ = {}; }

 private:
  struct known_wait {
    std::uint64_t object = 0, changes_ago = 0, slot = 0;
  };
  struct known_coroutine {
    std::uint64_t id = 0, slot = 0;
  };
  // The checkpoint that is being read.
  struct reading {
    bool is_open = false;
    bool compares = false;  // compares with the known state; else sets the state
    std::uint64_t begin_event = 0, begin_ordinal = 0;
    std::uint64_t expected = 0, seen = 0, ready = 0;
    std::uint64_t last_slot = 0, running_slot = 0;
    std::vector<known_wait> waits;
    // Of a packed checkpoint
    bool has_base = false;
    std::vector<checkpoint_unpacker> code;  // one while it is read, else none: it is large, and states are copied
    std::vector<known_coroutine> base;      // in the base's order
    std::size_t base_next = 0;
    std::vector<std::pair<std::uint64_t, std::uint64_t>> ready_slots;  // and the start of that state, in ns
  };

  void take_plain(event_step& s);
  void begin(event_step& s, bool has_base = false);
  static void clear_thread(event_step& s, bool keeps_waiters);
  static void compare_coroutine(event_step& s);
  void set_coroutine(event_step& s);
  void wait(event_step& s);
  void ready(event_step& s);
  void put_back(event_step& s, coroutine_state& c, std::uint64_t for_ns) const;
  void owner(event_step& s) const;
  void object(event_step& s) const;
  void end(event_step& s);
  // checkpoint_reader_packed.cpp
  struct part_teller;
  void part(event_step& s);
  void begin_packed(event_step& s);
  std::uint64_t ticks_to_ns(std::uint64_t ticks) const;

  reading reading_;
  bool takes_base_ = false;                    // the event is of a base
  std::optional<std::uint64_t> base_ordinal_;  // of the base that has just been read
  bool skips_parts_ = false;                   // of a checkpoint whose base is unknown
};

}  // namespace weft::diary
