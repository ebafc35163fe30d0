// Timers in order of deadline, equal deadlines in order of creation. A four-ary heap that knows the place of each
// timer, so that taking one out (a cancelled wait) is O(log n) and not a search. The places stand in a dense table and
// not in the timers: an entry that moves would have to touch its timer, which with many of them is a cache miss for
// each level of the heap. The owner of a timer is whoever it is part of.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "weft/detail/core/timer.hpp"

namespace weft::core {

class timer_heap {
 public:
  bool empty() const noexcept { return entries_.empty(); }
  std::size_t size() const noexcept { return entries_.size(); }
  // Deadline of the next timer; there must be one.
  std::int64_t next_deadline() const noexcept { return entries_.front().deadline_ns; }

  void add(timer& t, std::int64_t deadline_ns);  // t is not armed; throws std::bad_alloc
  void remove(timer& t) noexcept;                // t is armed
  // Takes out the first timer if its deadline is not after now; null otherwise.
  timer* pop_due(std::int64_t now_ns) noexcept;

 private:
  struct entry {
    std::int64_t deadline_ns;
    std::uint64_t sequence;
    std::uint32_t ticket;  // of its timer
    bool before(const entry& other) const noexcept {
      return deadline_ns != other.deadline_ns ? deadline_ns < other.deadline_ns : sequence < other.sequence;
    }
  };
  // What an armed timer's `ticket` refers to.
  struct ticket {
    timer* owner;
    std::uint32_t place;  // in entries_; of a free one: the next free one
  };
  void place(std::size_t index, const entry& e) noexcept {
    entries_[index] = e;
    tickets_[e.ticket].place = static_cast<std::uint32_t>(index);
  }
  std::uint32_t take_ticket(timer& t);
  void sift_up(std::size_t index, const entry& e) noexcept;
  void sift_down(std::size_t index, const entry& e) noexcept;

  static constexpr std::uint32_t none = UINT32_MAX;

  std::vector<entry> entries_;
  std::vector<ticket> tickets_;
  std::uint32_t free_ticket_ = none;
  std::uint64_t next_sequence_ = 0;
};

}  // namespace weft::core
