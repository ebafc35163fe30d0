// weft alone, one operation each, with Google Benchmark: for work on one of them. `weft_bench_micro
// --benchmark_filter=...`
#include <benchmark/benchmark.h>
#include <weft/weft.hpp>

#include <array>
#include <vector>

#include "core/stack_pool.hpp"
#include "core/timer_heap.hpp"
#include "trace/file/chunk_writer.hpp"

namespace {

void yield_alone(benchmark::State& state) {
  weft::run([&] {
    for (auto _ : state) weft::yield();
  });
}
BENCHMARK(yield_alone);

void yield_with_one_other(benchmark::State& state) {
  weft::run([&] {
    bool stop = false;
    const auto other = weft::spawn([&] {
      while (!stop) weft::yield();
    });
    for (auto _ : state) weft::yield();
    stop = true;
    other.join();
  });
}
BENCHMARK(yield_with_one_other);

void spawn_and_join(benchmark::State& state) {
  weft::run([&] {
    for (auto _ : state) weft::spawn([] {}).join();
  });
}
BENCHMARK(spawn_and_join);

void lock_and_unlock_a_free_mutex(benchmark::State& state) {
  weft::run([&] {
    weft::mutex m;
    for (auto _ : state) {
      m.lock();
      m.unlock();
    }
  });
}
BENCHMARK(lock_and_unlock_a_free_mutex);

void put_and_get_without_waiting(benchmark::State& state) {
  weft::run([&] {
    weft::queue<int> q;
    for (auto _ : state) {
      q.put(1);
      benchmark::DoNotOptimize(q.get());
    }
  });
}
BENCHMARK(put_and_get_without_waiting);

void wake_and_wait(benchmark::State& state) {
  weft::run([&] {
    weft::semaphore to{0};
    weft::semaphore back{0};
    bool stop = false;
    const auto other = weft::spawn([&] {
      for (;;) {
        to.acquire();
        if (stop) return;
        back.release();
      }
    });
    for (auto _ : state) {
      to.release();
      back.acquire();
    }
    stop = true;
    to.release();
    other.join();
  });
}
BENCHMARK(wake_and_wait);

void next_of_a_generator(benchmark::State& state) {
  weft::generator<int> numbers([](auto& yield) {
    for (int i = 0;; ++i) yield(i);
  });
  for (auto _ : state) benchmark::DoNotOptimize(numbers.next());
}
BENCHMARK(next_of_a_generator);

void take_and_give_a_stack(benchmark::State& state) {
  weft::core::stack_pool pool;
  for (auto _ : state) pool.give(pool.take());
}
BENCHMARK(take_and_give_a_stack);

void add_and_fire_a_timer_among(benchmark::State& state) {
  weft::core::timer_heap heap;
  std::vector<weft::core::timer> timers(static_cast<std::size_t>(state.range(0)));
  std::int64_t now = 0;
  auto length = [random = std::uint64_t{88172645463325252}]() mutable {
    random ^= random << 13;
    random ^= random >> 7;
    random ^= random << 17;
    return static_cast<std::int64_t>(random % 100'000'000);
  };
  for (auto& t : timers) heap.add(t, length());
  for (auto _ : state) {
    now = heap.next_deadline();
    weft::core::timer* t = heap.pop_due(now);
    heap.add(*t, now + length());
  }
}
BENCHMARK(add_and_fire_a_timer_among)->Arg(16)->Arg(1000)->Arg(100'000);

// Without the clock: only the bytes.
void encode_an_event(benchmark::State& state) {
  struct one_chunk final : weft::diary::chunk_source {
    alignas(64) std::array<std::uint8_t, weft::diary::chunk_bytes> memory{};
    std::uint8_t* next_chunk(std::uint32_t, bool) noexcept override { return memory.data(); }
  } source;
  weft::diary::chunk_writer writer(source, 0);
  std::uint64_t ticks = 0;
  for (auto _ : state) {
    const std::uint64_t next = 1 + (ticks & 1);
    ticks += 40;
    if (!writer.append_short(weft::diary::event_type::yield, ticks, 1, next))
      writer.append(weft::diary::event_type::yield, ticks, &next, 1);
  }
}
BENCHMARK(encode_an_event);

}  // namespace

BENCHMARK_MAIN();
