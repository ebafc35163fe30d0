#include "trace/state/seek.hpp"

#include <algorithm>
#include <vector>

namespace weft::diary {
namespace {

// A thread that has no event within so many events of the others is read separately.
constexpr std::uint64_t far_behind = 1'000'000;

}  // namespace

scheduler_state seek_state(const reader& source, std::uint64_t count) {
  count = std::min(count, source.event_count());
  // A checkpoint that does not end before `count` is of no use: then search further back.
  std::uint64_t distance = 1;
  while (true) {
    std::vector<reader::beginning> beginnings = source.beginnings(count, distance);
    std::uint64_t merged_from = count;
    for (const reader::beginning& b : beginnings) {
      if (count - b.n <= far_behind) merged_from = std::min(merged_from, b.n);
    }
    scheduler_state state(source.info().shuffled);
    const auto apply_base = [&](const reader::beginning& b) {
      if (b.base_end == b.base_ordinal) return;
      source.for_each_of_thread(b.thread, b.base_ordinal, b.base_end, b.base_n,
                                [&](const event& e) { state.apply_base(e); });
    };
    std::vector<std::uint64_t> first_of_thread(max_threads, UINT64_MAX);
    for (reader::beginning& b : beginnings) first_of_thread[b.thread] = b.ordinal;
    for (const reader::beginning& b : beginnings) {
      if (b.n >= merged_from) continue;
      apply_base(b);
      source.for_each_of_thread(b.thread, b.ordinal, b.end, b.n, [&](const event& e) {
        if (first_of_thread[b.thread] <= e.ordinal) first_of_thread[b.thread] = e.ordinal + 1;
        state.apply(e);
      });
    }
    event_walk walk = source.walk(merged_from);
    std::uint64_t next_base = merged_from;  // event number of the next checkpoint in the walk
    const auto apply = [&](const event& e) {
      if (e.ordinal < first_of_thread[e.thread]) return true;
      if (e.n >= next_base) {
        next_base = UINT64_MAX;
        for (const reader::beginning& b : beginnings) {
          if (b.n == e.n) apply_base(b);
          if (b.n > e.n) next_base = std::min(next_base, b.n);
        }
      }
      state.apply(e);
      return true;
    };
    walk.for_each(apply, count);
    const bool from_start =
        std::all_of(beginnings.begin(), beginnings.end(), [](const reader::beginning& b) { return b.ordinal == 0; });
    if (!state.is_inside_checkpoint() || from_start || distance > count) return state;
    distance = distance * 64;
  }
}

}  // namespace weft::diary
