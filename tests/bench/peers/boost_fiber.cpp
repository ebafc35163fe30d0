// Boost.Fiber on one thread with its round-robin scheduler, default stacks; `pooled`: 64 KiB stacks from its pool.
//   boost_fiber MODE [N] [pooled]
#include <boost/fiber/all.hpp>
#include <chrono>
#include <cstring>
#include <string>
#include <vector>

#include "measure.h"

namespace fibers = boost::fibers;

static bool pooled;
static fibers::pooled_fixedsize_stack pool(65536);

template <class F>
static fibers::fiber start(F f) {
  if (pooled) return fibers::fiber(fibers::launch::post, std::allocator_arg, pool, f);
  return fibers::fiber(fibers::launch::post, f);
}

// Any number of fibers wait here until `open`.
struct gate {
  fibers::mutex lock;
  fibers::condition_variable opened;
  bool open = false;
  long arrived = 0;
  void wait() {
    ++arrived;
    std::unique_lock l(lock);
    opened.wait(l, [this] { return open; });
  }
  void let_in() {
    const std::lock_guard l(lock);
    open = true;
    opened.notify_all();
  }
  void until_arrived(long n) const {
    while (arrived < n) boost::this_fiber::yield();
  }
};

static void yields(long count, long total) {
  const long each = total / count;
  std::vector<fibers::fiber> all;
  for (long i = 0; i < count; ++i) {
    all.push_back(start([each] {
      for (long j = 0; j <= each; ++j) boost::this_fiber::yield();
    }));
  }
  boost::this_fiber::yield();  // touches every stack
  const double begin = cpu_ns();
  for (auto& f : all) f.join();
  result(("yield_" + std::to_string(count) + "_ns").c_str(), (cpu_ns() - begin) / (double)(each * count));
}

static void spawns(long n) {
  long ran = 0;
  const double begin = cpu_ns();
  for (long i = 0; i < n; ++i) start([&ran] { ++ran; }).join();
  result("spawn_ns", (cpu_ns() - begin) / (double)n);
}

static void alive(long n) {
  for (int round = 0; round < 3; ++round) {
    gate g;
    std::vector<fibers::fiber> all;
    all.reserve((std::size_t)n);
    const double before = resident_bytes();
    double begin = cpu_ns();
    for (long i = 0; i < n; ++i) all.push_back(start([&g] { g.wait(); }));
    g.until_arrived(n);
    double took = cpu_ns() - begin;
    if (round == 0) result("parked_bytes", (resident_bytes() - before) / (double)n);
    begin = cpu_ns();
    g.let_in();
    for (auto& f : all) f.join();
    took += cpu_ns() - begin;
    result(round == 0 ? "alive_first_ns" : "alive_again_ns", took / (double)n);
  }
}

static void messages(long n) {
  fibers::unbuffered_channel<int> there;
  fibers::unbuffered_channel<int> back;
  auto a = start([&] {
    int value = 0;
    for (long i = 0; i < n / 2; ++i) {
      there.pop(value);
      back.push(value);
    }
  });
  auto b = start([&] {
    int value = 1;
    for (long i = 0; i < n / 2; ++i) {
      there.push(value);
      back.pop(value);
    }
  });
  const double begin = cpu_ns();
  a.join();
  b.join();
  result("message_ns", (cpu_ns() - begin) / (double)n);
}

static void buffered(long n) {
  fibers::buffered_channel<int> line{1024};
  auto a = start([&] {
    int value = 0;
    for (long i = 0; i < n; ++i) line.pop(value);
  });
  auto b = start([&] {
    for (long i = 0; i < n; ++i) line.push(1);
  });
  const double begin = cpu_ns();
  a.join();
  b.join();
  result("buffered_ns", (cpu_ns() - begin) / (double)n);
}

static void mutex(long n) {
  fibers::mutex m;
  const auto body = [&] {
    for (long i = 0; i < n / 2; ++i) {
      m.lock();
      boost::this_fiber::yield();
      m.unlock();
    }
  };
  auto a = start(body);
  auto b = start(body);
  const double begin = cpu_ns();
  a.join();
  b.join();
  result("mutex_ns", (cpu_ns() - begin) / (double)n);
}

static void sleepers(long n) {
  gate g;
  double late = 0;
  uint64_t random = 88172645463325252ull;
  std::vector<fibers::fiber> all;
  for (long i = 0; i < n; ++i) {
    const long us = random_sleep_us(&random);
    all.push_back(start([&, us] {
      g.wait();
      const double begin = wall_ns();
      boost::this_fiber::sleep_for(std::chrono::microseconds(us));
      late += wall_ns() - begin - (double)us * 1e3;
    }));
  }
  g.until_arrived(n);
  const double cpu = cpu_ns();
  g.let_in();
  for (auto& f : all) f.join();
  result("sleeper_cpu_ns", (cpu_ns() - cpu) / (double)n);
  result("sleeper_late_us", late / (double)n / 1e3);
}

int main(int argc, char** argv) {
  const std::string mode = argc > 1 ? argv[1] : "";
  const long n = number_argument(argc, argv, 2, 0);
  pooled = argc > 3 && std::strcmp(argv[3], "pooled") == 0;
  const auto several = [](auto f) {
    for (int i = 0; i < 5; ++i) f();
  };
  if (mode == "yield") several([&] { yields(n, n > 2 ? 1'000'000 : 400'000); });
  if (mode == "spawn") several([&] { spawns(100'000); });
  if (mode == "alive") alive(n);
  if (mode == "message") several([&] { messages(200'000); });
  if (mode == "buffered") several([&] { buffered(500'000); });
  if (mode == "mutex") several([&] { mutex(200'000); });
  if (mode == "sleepers") sleepers(n);
}
