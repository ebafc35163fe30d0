// Generators, threads and coroutines.
#include <gtest/gtest.h>

#include <atomic>
#include <ranges>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "strand/generator_helpers.hpp"
#include "weft/generator.hpp"
#include "weft/mutex.hpp"
#include "weft/run.hpp"
#include "weft/task.hpp"
#include "weft/this_coroutine.hpp"

namespace {

using weft::generator;
using weft::tests::counting;
using weft::tests::message_of;
using weft::tests::says;
using weft::tests::strings;

// ---- threads

TEST(GeneratorThreads, AnUnstartedOneMayBeTakenByAnotherThread) {
  generator<int> g = counting(2);
  std::vector<int> seen;

  std::thread([g = std::move(g), &seen]() mutable { std::ranges::copy(g, std::back_inserter(seen)); }).join();

  EXPECT_EQ(seen, (std::vector{1, 2}));
}

TEST(GeneratorThreads, AStartedOneIsRefusedOnAnotherThread) {
  generator<int> g = counting(2);
  g.next();
  std::string message;

  std::thread([&] { message = message_of([&] { g.next(); }); }).join();

  EXPECT_NE(message.find("different thread"), std::string::npos) << message;
  EXPECT_EQ(g.next(), 2);
}

TEST(GeneratorThreads, OneOfAThreadThatHasEndedIsRefusedAndFreedWithoutUnwinding) {
  strings order;
  generator<int> g{[&](auto& y) {
    const says at_end{order, "unwound"};
    y(1);
  }};
  std::thread([&] { g.next(); }).join();

  EXPECT_NE(message_of([&] { g.next(); }).find("which has exited"), std::string::npos);
  g = generator<int>();

  EXPECT_EQ(order, strings());
}

TEST(GeneratorThreads, OneDestroyedElsewhereIsUnwoundByItsThreadAtTheNextSwitch) {
  strings order;
  const auto home = std::this_thread::get_id();
  std::thread::id unwound_on;
  struct notes_thread {
    std::thread::id& to;
    ~notes_thread() { to = std::this_thread::get_id(); }
  };
  generator<int> g{[&](auto& y) {
    const notes_thread at_end{unwound_on};
    y(1);
  }};
  g.next();
  std::thread([g = std::move(g)] {}).join();
  EXPECT_EQ(unwound_on, std::thread::id());

  counting(1).next();

  EXPECT_EQ(unwound_on, home);
}

TEST(GeneratorThreads, EachThreadRunsItsOwn) {
  std::vector<std::thread> threads;
  std::atomic<long> sum{0};
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (const int value : counting(1000)) sum += value;
    });
  }
  for (auto& t : threads) t.join();

  EXPECT_EQ(sum, 4 * 500'500);
}

// ---- inside coroutines

TEST(GeneratorInCoroutine, AWaitInTheFunctionSuspendsTheCoroutineThatAsked) {
  strings order;
  weft::run([&] {
    auto other = weft::spawn([&] { order.push_back("other"); });
    generator<int> g{[&](auto& y) {
      order.push_back("before");
      weft::yield();
      order.push_back("after");
      y(1);
    }};
    order.push_back("got " + std::to_string(*g.next()));
    other.join();
  });

  EXPECT_EQ(order, (strings{"before", "other", "after", "got 1"}));
}

TEST(GeneratorInCoroutine, IsAlreadyExecutingForAnotherCoroutineWhileItsFunctionWaits) {
  std::string message;
  weft::run([&] {
    generator<int> g{[](auto& y) {
      weft::yield();
      y(1);
    }};
    auto other = weft::spawn([&] { message = message_of([&] { g.next(); }); });
    EXPECT_EQ(g.next(), 1);
    other.join();
  });

  EXPECT_EQ(message, "generator already executing");
}

TEST(GeneratorInCoroutine, MayBePassedAmongCoroutinesOfOneThread) {
  std::vector<int> seen;
  weft::run([&] {
    generator<int> g{[](auto& y) {
      for (int i = 1; i <= 4; ++i) {
        y(i);
        weft::yield();
      }
    }};
    seen.push_back(*g.next());
    weft::spawn([&] { seen.push_back(*g.next()); }).join();
    seen.push_back(*g.next());
    weft::spawn([&] { seen.push_back(*g.next()); }).join();
  });

  EXPECT_EQ(seen, (std::vector{1, 2, 3, 4}));
}

TEST(GeneratorInCoroutine, OneStartedOutsideOfARunGoesOnInsideAndTheOtherWayRound) {
  generator<int> g = counting(3);
  std::vector<int> seen{*g.next()};

  weft::run([&] { seen.push_back(*g.next()); });
  seen.push_back(*g.next());

  EXPECT_EQ(seen, (std::vector{1, 2, 3}));
}

TEST(GeneratorInCoroutine, AFunctionOutsideOfCoroutinesMayRunAScheduler) {
  generator<int> g{[](auto& y) {
    for (int i = 1; i <= 2; ++i) {
      y(weft::run([&] {
        weft::yield();
        return *counting(i).next() + i;
      }));
    }
  }};

  EXPECT_EQ(g.next(), 2);
  EXPECT_EQ(g.next(), 3);
}

TEST(GeneratorInCoroutine, ItsStackIsAsLargeAsTheCoroutines) {
  int sum = 0;
  weft::run({.stack_size = 4 * 1024 * 1024}, [&] {
    generator<int> g{[](auto& y) {
      volatile char large[2 * 1024 * 1024];
      for (std::size_t i = 0; i < sizeof(large); i += 4096) large[i] = 1;
      y(large[4096]);
    }};
    sum = *g.next();
  });

  EXPECT_EQ(sum, 1);
}

TEST(GeneratorInCoroutine, ManyCoroutinesSuspendedInsideTheirGenerators) {
  long sum = 0;
  weft::run([&] {
    std::vector<weft::task<void>> tasks;
    for (int t = 0; t < 100; ++t) {
      tasks.push_back(weft::spawn([&] {
        generator<int> g{[](auto& y) {
          for (int i = 1; i <= 10; ++i) {
            weft::yield();
            y(i);
          }
        }};
        for (const int value : g) {
          weft::yield();
          sum += value;
        }
      }));
    }
    for (auto& t : tasks) t.join();
  });

  EXPECT_EQ(sum, 5500);
}

TEST(GeneratorInCoroutine, CancellationComesOutOfTheWaitInTheFunctionAndEndsTheCoroutine) {
  strings order;
  weft::task_status status{};
  weft::run([&] {
    auto t = weft::spawn([&] {
      generator<int> g{[&](auto& y) {
        const says at_end{order, "function unwound"};
        weft::yield();
        y(1);
      }};
      const says at_end{order, "consumer unwound"};
      g.next();
      order.push_back("not reached");
    });
    weft::yield();
    t.cancel();
    t.join();
    status = t.status();
  });

  EXPECT_EQ(order, (strings{"function unwound", "consumer unwound"}));
  EXPECT_EQ(status, weft::task_status::cancelled);
}

TEST(GeneratorInCoroutine, TheFunctionIsTheCoroutineForLocksAndIds) {
  weft::run([&] {
    weft::mutex m;
    m.lock();
    const auto id = weft::this_coroutine::id();
    generator<int> g{[&](auto& y) {
      EXPECT_EQ(weft::this_coroutine::id(), id);
      m.unlock();
      y(1);
    }};
    EXPECT_EQ(g.next(), 1);
    EXPECT_TRUE(m.try_lock());
    m.unlock();
  });
}

TEST(GeneratorInCoroutine, YieldFromAnotherCoroutineWhileItRunsIsALogicError) {
  std::string message;
  weft::run([&] {
    generator<int>::yielder* kept = nullptr;
    generator<int> g{[&](auto& y) {
      kept = &y;
      weft::yield();
      y(1);
    }};
    auto other = weft::spawn([&] { message = message_of([&] { (*kept)(5); }); });
    EXPECT_EQ(g.next(), 1);
    other.join();
  });

  EXPECT_EQ(message, "yield of a generator that is running elsewhere");
}

TEST(GeneratorInCoroutine, OneDestroyedOnAnotherThreadIsUnwoundByASchedulerThatWaits) {
  bool unwound = false;
  weft::run([&] {
    struct sets {
      bool& flag;
      ~sets() { flag = true; }
    };
    generator<int> g{[&](auto& y) {
      const sets at_end{unwound};
      y(1);
    }};
    g.next();
    std::thread([g = std::move(g)] {}).join();
    while (!unwound) weft::yield();
  });

  EXPECT_TRUE(unwound);
}

}  // namespace
