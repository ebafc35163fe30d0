// Tells the reader of the diary the whole present state of a scheduler: who lives, in which state and for how long, the
// ready queue in order, who waits for what in which order, who owns what.
#pragma once

#include <cstdint>
#include <vector>

#include "core/live_list.hpp"
#include "core/pen.hpp"
#include "core/ready_queue.hpp"

namespace weft::core {

class checkpointer {
 public:
  // What a checkpoint is about.
  struct present {
    const live_list& live;
    const ready_queue& ready;
    std::uint64_t running_slot = 0;
    std::uint64_t switches = 0;
    std::int64_t now_ns = 0;
  };

  // The pen has got another reader. `nobody_lives`: it will hear of every coroutine's life from the beginning.
  void start_anew(bool nobody_lives) noexcept;
  // Does the reader want one now? Asked often, between two switches.
  static bool wanted(const pen& p, const live_list& live) noexcept {
    return p.on() && p.reader()->wants_checkpoint(live.size());
  }
  // O(live coroutines). Nothing if nobody reads, or if there is no memory for it.
  void record(pen& p, const present& now) noexcept;

 private:
  struct named_slot {
    std::uint64_t id;
    std::uint32_t slot;
  };

  void record_plain(pen& p, const present& now);
  void record_packed(pen& p, const present& now, observer::checkpoint_form form);
  std::uint64_t slot_of_id(std::uint64_t id) const noexcept;

  bool knows_changes_ = true;            // false: the reader came after coroutines that live
  std::vector<named_slot> slots_by_id_;  // scratch of record()
  std::vector<named_slot> base_;         // who lived at the checkpoint that others tell the changes since
  std::uint64_t base_changes_ = 0;       // pen::changes() then
};

}  // namespace weft::core
