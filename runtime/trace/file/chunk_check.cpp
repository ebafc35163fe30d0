#include "trace/file/chunk_check.hpp"

#include <algorithm>
#include <atomic>
#include <system_error>
#include <thread>
#include <vector>

namespace weft::diary {

decoded_chunk decode_chunk(const std::uint8_t* begin, std::size_t size, const shape_table& shapes,
                           const tick_scale& scale, decoded_chunk from) {
  const std::uint8_t* in = begin + from.bytes;
  const std::uint8_t* const end = begin + size;
  std::uint64_t ticks = from.ticks;
  std::int64_t latest = INT64_MIN;  // of the events, since the clock's start: converted once, at the end
  event e;
  while (in != end) {
    const std::uint8_t* behind = decode_event(in, end, shapes, ticks, e);
    if (behind == nullptr) break;
    in = behind;
    ++from.count;
    latest = std::max(latest, static_cast<std::int64_t>(ticks - scale.start()));
    if (e.type == event_type::loss && __builtin_add_overflow(from.lost, e.args[0], &from.lost)) from.lost = UINT64_MAX;
  }
  if (begin + from.bytes != in) {
    from.max_ns = std::max(from.max_ns, scale.to_ns(scale.start() + static_cast<std::uint64_t>(latest)));
  }
  from.bytes = static_cast<std::uint32_t>(in - begin);
  from.ticks = ticks;
  return from;
}

void for_all(std::size_t count, const std::function<void(std::size_t)>& f) {
  constexpr std::size_t worth_a_thread = 64, most_threads = 8;  // chunks
  const std::size_t helpers = std::min(
      {count / worth_a_thread, std::max<std::size_t>(std::thread::hardware_concurrency(), 1) - 1, most_threads - 1});
  std::atomic<std::size_t> next = 0;
  const auto work = [&] {
    for (std::size_t i = next++; i < count; i = next++) f(i);
  };
  std::vector<std::thread> threads;
  try {
    for (std::size_t i = 0; i < helpers; ++i) threads.emplace_back(work);
  } catch (const std::system_error&) {
    // No more threads available: the existing ones do the work.
  }
  work();
  for (std::thread& t : threads) t.join();
}

}  // namespace weft::diary
