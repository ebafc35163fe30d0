#include "trace/seek.hpp"

#include <algorithm>
#include <vector>

namespace weft::diary {
namespace {

// A thread that has had nothing to say for so many events of the others is read by itself, and not with them.
constexpr std::uint64_t far_behind = 1'000'000;

}  // namespace

scheduler_state seek_state(const reader& source, std::uint64_t count) {
  count = std::min(count, source.event_count());
  // A checkpoint that is not told to its end before `count` is of no use: further back then.
  std::uint64_t distance = 1;
  while (true) {
    std::vector<reader::beginning> beginnings = source.beginnings(count, distance);
    std::uint64_t merged_from = count;
    for (const reader::beginning& b : beginnings) {
      if (count - b.n <= far_behind) merged_from = std::min(merged_from, b.n);
    }
    scheduler_state state(source.info().shuffled);
    std::vector<std::uint64_t> first_of_thread(max_threads, UINT64_MAX);
    for (reader::beginning& b : beginnings) first_of_thread[b.thread] = b.ordinal;
    for (const reader::beginning& b : beginnings) {
      if (b.n >= merged_from) continue;
      source.for_each_of_thread(b.thread, b.ordinal, b.end, b.n, [&](const event& e) {
        if (first_of_thread[b.thread] <= e.ordinal) first_of_thread[b.thread] = e.ordinal + 1;
        state.apply(e);
      });
    }
    event_walk walk = source.walk(merged_from);
    const auto apply = [&](const event& e) {
      if (e.ordinal >= first_of_thread[e.thread]) state.apply(e);
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
