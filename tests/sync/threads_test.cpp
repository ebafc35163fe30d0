// Plain threads, and coroutines of several schedulers, use the same objects. Real threads, and real time limits that
// are never reached; the comparisons do not depend on who is faster.
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <mutex>
#include <thread>
#include <vector>

#include "weft/barrier.hpp"
#include "weft/channel.hpp"
#include "weft/condition_variable.hpp"
#include "weft/errors.hpp"
#include "weft/event.hpp"
#include "weft/latch.hpp"
#include "weft/mutex.hpp"
#include "weft/queue.hpp"
#include "weft/recursive_mutex.hpp"
#include "weft/run.hpp"
#include "weft/semaphore.hpp"
#include "weft/shared_mutex.hpp"
#include "weft/this_coroutine.hpp"

namespace weft::tests {
namespace {

using namespace std::chrono_literals;

constexpr int rounds = 500;

// Runs `work` on two plain threads and in two coroutines each of two schedulers, all at once.
template <class F>
void run_everywhere(F work) {
  std::vector<std::thread> threads;
  for (int i = 0; i < 2; ++i) threads.emplace_back(work);
  for (int i = 0; i < 2; ++i) {
    threads.emplace_back([&] {
      run([&] {
        const auto other = spawn(work);
        work();
        other.get();
      });
    });
  }
  for (auto& t : threads) t.join();
}
constexpr int everywhere = 6;

TEST(Threads, AMutexExcludesThreadsAndCoroutines) {
  mutex m;
  int sum = 0;
  run_everywhere([&] {
    for (int i = 0; i < rounds; ++i) {
      const std::lock_guard guard(m);
      ++sum;
    }
  });
  EXPECT_EQ(sum, everywhere * rounds);
}

TEST(Threads, ARecursiveMutexExcludesThreadsAndCoroutines) {
  recursive_mutex m;
  int sum = 0;
  run_everywhere([&] {
    for (int i = 0; i < rounds; ++i) {
      const std::lock_guard outer(m);
      const std::lock_guard inner(m);
      ++sum;
    }
  });
  EXPECT_EQ(sum, everywhere * rounds);
}

TEST(Threads, ASharedMutexExcludesWriters) {
  shared_mutex m;
  int sum = 0;
  run_everywhere([&] {
    for (int i = 0; i < rounds; ++i) {
      m.lock();
      ++sum;
      m.unlock();
      m.lock_shared();
      EXPECT_GT(sum, 0);
      m.unlock_shared();
    }
  });
  EXPECT_EQ(sum, everywhere * rounds);
}

TEST(Threads, ATimedLockEitherHoldsOrNot) {
  mutex m;
  int sum = 0;
  std::atomic<int> got = 0;
  run_everywhere([&] {
    for (int i = 0; i < rounds; ++i) {
      if (!m.try_lock_for(1us)) continue;
      ++sum;
      ++got;
      m.unlock();
    }
  });
  EXPECT_EQ(sum, got.load());
  EXPECT_TRUE(m.try_lock());
  m.unlock();
}

TEST(Threads, ASemaphoreCounts) {
  semaphore s(2);
  std::atomic<int> inside = 0, most = 0;
  run_everywhere([&] {
    for (int i = 0; i < rounds; ++i) {
      s.acquire();
      const int now = ++inside;
      int seen = most.load();
      while (now > seen && !most.compare_exchange_weak(seen, now)) {
      }
      --inside;
      s.release();
    }
  });
  EXPECT_LE(most.load(), 2);
  EXPECT_EQ(s.value(), 2);
}

TEST(Threads, ABarrierMeets) {
  barrier b(everywhere);
  std::atomic<int> arrived = 0;
  run_everywhere([&] {
    for (int i = 0; i < 100; ++i) {
      ++arrived;
      b.arrive_and_wait();
      EXPECT_GE(arrived.load(), (i + 1) * everywhere);
      b.arrive_and_wait();
    }
  });
  EXPECT_EQ(arrived.load(), 100 * everywhere);
}

TEST(Threads, ALatchAndAnEventReleaseAll) {
  latch l(everywhere);
  event e;
  std::atomic<int> released = 0;
  std::thread setter([&] {
    l.wait();
    e.set();
  });
  run_everywhere([&] {
    l.count_down();
    e.wait();
    ++released;
  });
  setter.join();
  EXPECT_EQ(released.load(), everywhere);
}

TEST(Threads, AnEventMayBeDestroyedByWhoeverItReleased) {
  for (int i = 0; i < rounds; ++i) {
    run([] {
      auto e = std::make_unique<event>();
      std::thread setter([&e = *e] { e.set(); });
      e->wait();
      e.reset();
      setter.join();
    });
  }
}

// Every item that is put comes out exactly once: the sums agree.
template <class Queue>
void pass_everything_through(Queue& q) {
  constexpr int each = 300;
  std::atomic<long> put_sum = 0, got_sum = 0;
  std::atomic<int> next = 1;
  std::thread consumer([&] {
    for (int i = 0; i < each * everywhere; ++i) got_sum += q.get();
  });
  run_everywhere([&] {
    for (int i = 0; i < each; ++i) {
      const int item = next++;
      put_sum += item;
      q.put(item);
    }
  });
  consumer.join();
  EXPECT_EQ(put_sum.load(), got_sum.load());
  EXPECT_TRUE(q.empty());
}

TEST(Threads, AQueuePassesEverythingOnce) {
  queue<int> q;
  pass_everything_through(q);
}

TEST(Threads, ABoundedQueuePassesEverythingOnce) {
  queue<int> q(2);
  pass_everything_through(q);
}

TEST(Threads, ARendezvousPassesEverythingOnce) {
  queue<int> q(0);
  pass_everything_through(q);
}

TEST(Threads, ManyTakersGetEverythingOnce) {
  queue<int> q(3);
  std::atomic<int> got = 0;
  std::thread producer([&] {
    for (int i = 0; i < everywhere * rounds; ++i) q.put(i);
    q.close();
  });
  run_everywhere([&] {
    try {
      for (;;) {
        q.get();
        ++got;
      }
    } catch (const closed_error&) {
    }
  });
  producer.join();
  EXPECT_EQ(got.load(), everywhere * rounds);
}

TEST(Threads, TimeLimitsLoseNoItem) {
  for (const std::size_t capacity : {std::size_t{0}, std::size_t{1}}) {
    queue<int> q(capacity);
    std::atomic<int> put = 0, got = 0;
    std::atomic<bool> over = false;
    std::thread taker([&] {
      while (!over.load() || !q.empty()) {
        if (q.get_for(20us)) ++got;
      }
    });
    run_everywhere([&] {
      for (int i = 0; i < 200; ++i) {
        if (q.put_for(i, 20us)) ++put;
      }
    });
    over = true;
    taker.join();
    EXPECT_EQ(put.load(), got.load()) << "capacity " << capacity;
  }
}

TEST(Threads, CancellationsLoseNoItem) {
  for (const std::size_t capacity : {std::size_t{0}, std::size_t{1}, unbounded}) {
    queue<int> q(capacity);
    std::atomic<long> got = 0;
    constexpr int items = 500;
    std::thread producer([&] {
      for (int i = 0; i < items; ++i) q.put(1);
      q.close();
    });
    run([&] {
      bool open = true;
      while (open) {
        const auto taker = spawn([&] {
          try {
            q.get();
            ++got;
          } catch (const closed_error&) {
            open = false;
          }
        });
        const auto other = spawn([&] {
          if (q.get_for(1ms)) ++got;
        });
        yield();
        taker.kill();
        try {
          other.get();
        } catch (const closed_error&) {
          open = false;
        }
      }
    });
    producer.join();
    EXPECT_EQ(got.load(), items) << "capacity " << capacity;
  }
}

TEST(Threads, AConditionVariableConnectsThreadAndCoroutine) {
  mutex m;
  condition_variable c;
  int turn = 0;
  std::thread other([&] {
    for (int i = 0; i < rounds; ++i) {
      std::unique_lock guard(m);
      c.wait(guard, [&] { return turn == 1; });
      turn = 0;
      c.notify_one();
    }
  });
  run([&] {
    for (int i = 0; i < rounds; ++i) {
      std::unique_lock guard(m);
      c.wait(guard, [&] { return turn == 0; });
      turn = 1;
      c.notify_one();
    }
  });
  other.join();
  EXPECT_EQ(turn, 0);
}

TEST(Threads, AChannelConnectsTwoSchedulers) {
  channel<int> there, back;
  std::thread echo([&] {
    run([&] {
      for (const int i : there) back.send(i + 1);
      back.close();
    });
  });
  run([&] {
    for (int i = 0; i < rounds; ++i) {
      there.send(i);
      EXPECT_EQ(back.receive(), i + 1);
    }
    there.close();
    EXPECT_EQ(back.receive(), std::nullopt);
  });
  echo.join();
}

TEST(Threads, APlainThreadOwnsWhatItLocks) {
  mutex m;
  m.lock();
  EXPECT_THROW(m.lock(), deadlock_error);
  std::thread([&] {
    EXPECT_FALSE(m.try_lock());
    EXPECT_THROW(m.unlock(), std::logic_error);
  }).join();
  m.unlock();
}

TEST(Threads, APlainThreadsTimeLimitEnds) {
  event e;
  EXPECT_FALSE(e.wait_for(1ms));
  queue<int> q;
  EXPECT_EQ(q.get_for(1ms), std::nullopt);
}

}  // namespace
}  // namespace weft::tests
