// Order, capacity, cancellation and the count of unfinished work. Closing and capacity 0 are tested in other files.
#include "weft/queue.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>

#include "sync/story.hpp"
#include "weft/errors.hpp"

namespace weft::tests {
namespace {

using namespace std::chrono_literals;

TEST(Queue, FirstInFirstOut) {
  run_virtually([] {
    queue<int> q;
    q.put(1);
    q.put(2);
    EXPECT_EQ(q.get(), 1);
    EXPECT_EQ(q.get(), 2);
  });
}

TEST(Queue, NameAndCapacityComeInEitherForm) {
  queue<int> plain, named{"orders"}, bounded(3), both{10, "orders"}, endless{unbounded};
  EXPECT_EQ(plain.capacity(), unbounded);
  EXPECT_EQ(named.name(), "orders");
  EXPECT_EQ(named.capacity(), unbounded);
  EXPECT_EQ(bounded.capacity(), 3u);
  EXPECT_EQ(both.name(), "orders");
  EXPECT_EQ(both.capacity(), 10u);
  EXPECT_FALSE(endless.full());
}

TEST(Queue, PutDoesNotSwitchToTheGetterItWakes) {
  story told;
  run_virtually([&] {
    queue<int> q;
    const auto getter = spawn([&] {
      for (int i = 0; i < 3; ++i) told("got", q.get());
    });
    yield();
    for (int i = 0; i < 3; ++i) {
      q.put(i);
      told("put", i);
    }
    getter.join();
  });
  EXPECT_EQ(told.text(), "put0 put1 put2 got0 got1 got2");
}

TEST(Queue, PutAndYieldAlternatesWithTheGetter) {
  story told;
  run_virtually([&] {
    queue<int> q;
    const auto getter = spawn([&] {
      for (int i = 0; i < 3; ++i) told("got", q.get());
    });
    yield();
    for (int i = 0; i < 3; ++i) {
      q.put(i);
      told("put", i);
      yield();
    }
    getter.join();
  });
  EXPECT_EQ(told.text(), "put0 got0 put1 got1 put2 got2");
}

TEST(Queue, GettersAreServedInOrderOfArrival) {
  story told;
  run_virtually([&] {
    queue<int> q;
    auto getter = [&](const char* name) { return [&, name] { told(name, q.get()); }; };
    const auto a = spawn(getter("a")), b = spawn(getter("b")), c = spawn(getter("c"));
    yield();
    q.put(1);
    q.put(2);
    q.put(3);
    c.join();
  });
  EXPECT_EQ(told.text(), "a1 b2 c3");
}

TEST(Queue, PuttersAreServedInOrderOfArrival) {
  story told;
  run_virtually([&] {
    queue<int> q(1);
    q.put(0);
    auto putter = [&](int i) {
      return [&, i] {
        q.put(i);
        told("put", i);
      };
    };
    const auto a = spawn(putter(1)), b = spawn(putter(2)), c = spawn(putter(3));
    yield();
    for (int i = 0; i < 4; ++i) told("got", q.get());
  });
  EXPECT_EQ(told.text(), "got0 put1 got1 put2 got2 put3 got3");
}

TEST(Queue, APromisedItemCountsAndNobodyElseGetsIt) {
  story told;
  run_virtually([&] {
    queue<int> q;
    const auto getter = spawn([&] { told("got", q.get()); });
    yield();
    q.put(7);
    told("size", q.size());
    told("stolen", q.try_get().has_value());
    getter.join();
    told("size", q.size());
  });
  EXPECT_EQ(told.text(), "size1 stolen0 got7 size0");
}

TEST(Queue, APromisedItemTakesItsPlaceUntilItsGetterRan) {
  story told;
  run_virtually([&] {
    queue<int> q(1);
    const auto getter = spawn([&] { told("got", q.get()); });
    yield();
    q.put(1);
    told("full", q.full());
    told("try", q.try_put(2));
    q.put(3);
    told("put3");
    EXPECT_EQ(q.try_get(), 3);
  });
  EXPECT_EQ(told.text(), "full1 try0 got1 put3");
}

TEST(Queue, AFreedPlaceIsTheFirstPutters) {
  story told;
  run_virtually([&] {
    queue<int> q(1);
    q.put(1);
    const auto putter = spawn([&] {
      q.put(2);
      told("put2");
    });
    yield();
    told("got", q.get());
    told("try", q.try_put(3));
    told("size", q.size());
    const auto getter = spawn([&] { told("got", q.get()); });
    q.put(4);
    told("put4");
  });
  EXPECT_EQ(told.text(), "got1 try0 size0 put2 got2 put4");
}

TEST(Queue, ANewcomerGetsBehindTheWokenGetter) {
  story told;
  run_virtually([&] {
    queue<int> q;
    const auto first = spawn([&] { told("first", q.get()); });
    yield();
    q.put(1);
    const auto filler = spawn([&] { q.put(2); });
    told("main", q.get());
  });
  EXPECT_EQ(told.text(), "first1 main2");
}

TEST(Queue, GetOfAFilledQueueDoesNotSuspend) {
  story told;
  run_virtually([&] {
    queue<int> q;
    q.put(1);
    const auto other = spawn([&] { told("other"); });
    told("got", q.get());
    other.join();
  });
  EXPECT_EQ(told.text(), "got1 other");
}

TEST(Queue, TryGetOfAnEmptyQueueIsEmpty) {
  queue<int> q;
  EXPECT_EQ(q.try_get(), std::nullopt);
  EXPECT_TRUE(q.empty());
}

TEST(Queue, TryPutIntoAFullQueueLeavesTheItemAlone) {
  queue<std::unique_ptr<int>> q(1);
  auto first = std::make_unique<int>(1), second = std::make_unique<int>(2);
  EXPECT_TRUE(q.try_put(first));
  EXPECT_EQ(first, nullptr);
  EXPECT_FALSE(q.try_put(second));
  ASSERT_NE(second, nullptr);
  EXPECT_FALSE(q.try_put(std::move(second)));
  EXPECT_EQ(*second, 2);
}

TEST(Queue, TryPutCopiesWhatIsConst) {
  queue<std::string> q;
  const std::string item = "item";
  EXPECT_TRUE(q.try_put(item));
  EXPECT_EQ(item, "item");
  EXPECT_EQ(q.get(), "item");
}

TEST(Queue, GetForGivesUpWhenTheTimeIsOver) {
  simulation world;
  world.run([] {
    queue<int> q;
    EXPECT_EQ(q.get_for(20ms), std::nullopt);
    q.put(1);
    EXPECT_EQ(q.get_for(20ms), 1);
  });
  EXPECT_EQ(world.clock.elapsed(), 20ms);
}

TEST(Queue, PutForGivesUpWhenTheTimeIsOver) {
  simulation world;
  world.run([] {
    queue<int> q(1);
    EXPECT_TRUE(q.put_for(1, 20ms));
    EXPECT_FALSE(q.put_for(2, 20ms));
    EXPECT_EQ(q.size(), 1u);
    EXPECT_EQ(q.get(), 1);
    EXPECT_EQ(q.try_get(), std::nullopt);
  });
  EXPECT_EQ(world.clock.elapsed(), 20ms);
}

TEST(Queue, ForZeroIsTry) {
  story told;
  run_virtually([&] {
    queue<int> q(1);
    const auto other = spawn([&] { told("other"); });
    told("get", q.get_for(0ms).has_value());
    told("put", q.put_for(1, 0ms));
    told("put", q.put_for(2, -5ms));
    other.join();
  });
  EXPECT_EQ(told.text(), "get0 put1 put0 other");
}

TEST(Queue, ATimeLimitLosesAgainstAnItemThatCameFirst) {
  simulation world;
  world.run([&] {
    queue<int> q;
    const auto getter = spawn([&] { return q.get_for(10ms); });
    yield();
    q.put(5);
    world.clock.advance(1s);
    EXPECT_EQ(getter.get(), 5);
  });
}

TEST(Queue, ATimedOutGetterLeavesTheLine) {
  run_virtually([] {
    queue<int> q;
    const auto impatient = spawn([&] { return q.get_for(1ms); });
    const auto patient = spawn([&] { return q.get(); });
    sleep_for(5ms);
    q.put(1);
    EXPECT_EQ(patient.get(), 1);
    EXPECT_EQ(impatient.get(), std::nullopt);
  });
}

TEST(Queue, ACancelledGetterHasTakenNothing) {
  run_virtually([] {
    queue<int> q;
    const auto getter = spawn([&] { q.get(); });
    yield();
    getter.cancel();
    q.put(1);
    getter.join();
    EXPECT_EQ(getter.status(), task_status::cancelled);
    EXPECT_EQ(q.try_get(), 1);
  });
}

TEST(Queue, OneCancelledAfterItWasPromisedAnItemPassesItOn) {
  story told;
  run_virtually([&] {
    queue<int> q;
    const auto first = spawn([&] { told("first", q.get()); });
    const auto second = spawn([&] { told("second", q.get()); });
    yield();
    q.put(1);
    first.cancel();
    q.put(2);
    second.join();
    EXPECT_EQ(first.status(), task_status::cancelled);
    told("left", q.get());
  });
  EXPECT_EQ(told.text(), "second1 left2");
}

TEST(Queue, AnItemPromisedToACancelledOneIsStillTheFirst) {
  run_virtually([] {
    queue<int> q;
    const auto a = spawn([&] { q.get(); });
    const auto b = spawn([&] { q.get(); });
    yield();
    for (int i = 1; i <= 3; ++i) q.put(i);
    a.cancel();
    b.cancel();
    b.join();
    EXPECT_EQ(q.get(), 1);
    EXPECT_EQ(q.get(), 2);
    EXPECT_EQ(q.get(), 3);
  });
}

TEST(Queue, OneCancelledWhileItWaitsToPutHasPutNothing) {
  run_virtually([] {
    queue<int> q(1);
    q.put(1);
    const auto putter = spawn([&] { q.put(2); });
    yield();
    putter.kill();
    EXPECT_EQ(q.get(), 1);
    EXPECT_EQ(q.try_get(), std::nullopt);
    EXPECT_TRUE(q.try_put(3));
  });
}

TEST(Queue, OneCancelledAfterAPlaceWasReservedForItPassesItOn) {
  story told;
  run_virtually([&] {
    queue<int> q(1);
    q.put(1);
    const auto first = spawn([&] {
      q.put(2);
      told("put2");
    });
    const auto second = spawn([&] {
      q.put(3);
      told("put3");
    });
    yield();
    told("got", q.get());
    first.cancel();
    second.join();
    told("got", q.get());
  });
  EXPECT_EQ(told.text(), "got1 put3 got3");
}

TEST(Queue, JoinWaitsUntilAllWorkIsDone) {
  story told;
  run_virtually([&] {
    queue<int> q;
    const auto worker = spawn([&] {
      for (int i = 0; i < 2; ++i) {
        const int job = q.get();
        sleep_for(10ms);
        told("done", job);
        q.task_done();
      }
    });
    q.put(1);
    q.put(2);
    told("early", q.join_for(15ms));
    q.join();
    told("joined");
  });
  EXPECT_EQ(told.text(), "done1 early0 done2 joined");
}

TEST(Queue, JoinOfOneThatWasNeverUsedReturnsAtOnce) {
  queue<int> q;
  q.join();
  EXPECT_TRUE(q.join_for(0s));
}

TEST(Queue, TaskDoneOnceTooOftenIsALogicErrorAndChangesNothing) {
  queue<int> q{"jobs"};
  EXPECT_THROW(q.task_done(), std::logic_error);
  q.put(1);
  EXPECT_FALSE(q.join_for(0s));
  q.task_done();
  EXPECT_THROW(q.task_done(), std::logic_error);
  EXPECT_TRUE(q.join_for(0s));
}

// Its move constructor throws while `broken` is set.
struct fragile {
  explicit fragile(int v) : value(v) {}
  fragile(fragile&& other) : value(other.value) {
    if (broken) throw std::runtime_error("cannot be moved");
  }
  int value;
  static inline bool broken = false;
};

TEST(Queue, AnItemWhoseMoveThrowsOnTheWayOutStaysInside) {
  run_virtually([] {
    queue<fragile> q;
    q.put(fragile(1));
    q.put(fragile(2));
    fragile::broken = true;
    EXPECT_THROW(q.get(), std::runtime_error);
    EXPECT_THROW(q.try_get(), std::runtime_error);
    fragile::broken = false;
    EXPECT_EQ(q.size(), 2u);
    EXPECT_EQ(q.get().value, 1);
    EXPECT_EQ(q.get().value, 2);
  });
}

TEST(Queue, AnItemWhoseMoveThrowsOnTheWayInLeavesTheQueueAsItWas) {
  run_virtually([] {
    queue<fragile> q(1);
    fragile item(1);
    fragile::broken = true;
    EXPECT_THROW(q.try_put(item), std::runtime_error);
    fragile::broken = false;
    EXPECT_EQ(q.size(), 0u);
    EXPECT_TRUE(q.try_put(item));
    EXPECT_EQ(q.get().value, 1);
  });
}

TEST(Queue, AnItemWhoseMoveThrewInAGetterIsPromisedToTheNext) {
  story told;
  run_virtually([&] {
    queue<fragile> q;
    const auto first = spawn([&] {
      try {
        q.get();
      } catch (const std::runtime_error&) {
        told("failed");
        fragile::broken = false;
      }
    });
    const auto second = spawn([&] { told("second", q.get().value); });
    yield();
    q.put(fragile(1));
    fragile::broken = true;
    second.join();
  });
  EXPECT_EQ(told.text(), "failed second1");
}

}  // namespace
}  // namespace weft::tests
