// Queues and channels of capacity 0: the getter runs before the putter, and an item that nobody gets was not put.
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <stdexcept>

#include "sync/story.hpp"
#include "weft/channel.hpp"
#include "weft/errors.hpp"
#include "weft/queue.hpp"

namespace weft::tests {
namespace {

using namespace std::chrono_literals;

TEST(Rendezvous, ThePutterGoesOnAfterTheTaker) {
  story told;
  run_virtually([&] {
    queue<int> q(0);
    const auto putter = spawn([&] {
      q.put(1);
      told("put1");
      q.put(2);
      told("put2");
    });
    yield();
    told("got", q.get());
    told("got", q.get());
    putter.join();
  });
  EXPECT_EQ(told.text(), "got1 put1 got2 put2");
}

TEST(Rendezvous, ThePutterGoesOnAfterATakerThatWaitedAlready) {
  story told;
  run_virtually([&] {
    queue<int> q(0);
    const auto taker = spawn([&] { told("got", q.get()); });
    yield();
    q.put(1);
    told("put");
    taker.join();
  });
  EXPECT_EQ(told.text(), "got1 put");
}

TEST(Rendezvous, IsAlwaysFullAndHoldsNothing) {
  story told;
  run_virtually([&] {
    queue<int> q(0);
    told("full", q.full());
    const auto putter = spawn([&] { q.put(1); });
    yield();
    told("size", q.size());
    told("full", q.full());
    told("got", *q.try_get());
    putter.join();
  });
  EXPECT_EQ(told.text(), "full1 size0 full1 got1");
}

TEST(Rendezvous, APromisedItemCounts) {
  story told;
  run_virtually([&] {
    queue<int> q(0);
    const auto taker = spawn([&] { q.get(); });
    yield();
    const auto putter = spawn([&] { q.put(1); });
    const auto looker = spawn([&] {
      told("size", q.size());
      told("stolen", q.try_get().has_value());
    });
    // The putter has woken the getter, which is behind this coroutine in the ready queue.
    putter.join();
    told("size", q.size());
  });
  EXPECT_EQ(told.text(), "size1 stolen0 size0");
}

TEST(Rendezvous, ManyPuttersAndTakersMeetInOrder) {
  story told;
  run_virtually([&] {
    queue<int> q(0);
    auto putter = [&](int i) {
      return [&, i] {
        q.put(i);
        told("put", i);
      };
    };
    auto taker = [&](const char* name) { return [&, name] { told(name, q.get()); }; };
    const auto p1 = spawn(putter(1)), p2 = spawn(putter(2));
    const auto a = spawn(taker("a")), b = spawn(taker("b")), c = spawn(taker("c"));
    const auto p3 = spawn(putter(3));
    p3.join();
  });
  EXPECT_EQ(told.text(), "a1 b2 put1 put2 c3 put3");
}

TEST(Rendezvous, TryPutNeedsATakerThatWaits) {
  story told;
  run_virtually([&] {
    queue<int> q(0);
    told("try", q.try_put(1));
    const auto taker = spawn([&] { told("got", q.get()); });
    yield();
    told("try", q.try_put(2));
    told("try", q.try_put(3));
    told("size", q.size());
    taker.join();
    told("size", q.size());
  });
  EXPECT_EQ(told.text(), "try0 try1 try0 size1 got2 size0");
}

TEST(Rendezvous, PutAndTryPutKeepTheirOrder) {
  story told;
  run_virtually([&] {
    queue<int> q(0);
    auto taker = [&](const char* name) { return [&, name] { told(name, q.get()); }; };
    const auto a = spawn(taker("a")), b = spawn(taker("b"));
    yield();
    const auto putter = spawn([&] { q.put(1); });
    const auto trier = spawn([&] { told("try", q.try_put(2)); });
    b.join();
  });
  EXPECT_EQ(told.text(), "try1 a1 b2");
}

TEST(Rendezvous, PutForWithoutATakerGivesUpAndHasPutNothing) {
  simulation world;
  world.run([] {
    queue<int> q(0);
    EXPECT_FALSE(q.put_for(1, 10ms));
    EXPECT_EQ(q.try_get(), std::nullopt);
  });
  EXPECT_EQ(world.clock.elapsed(), 10ms);
}

TEST(Rendezvous, GetForWithoutAPutterGivesUp) {
  simulation world;
  world.run([] {
    queue<int> q(0);
    EXPECT_EQ(q.get_for(10ms), std::nullopt);
    EXPECT_FALSE(q.try_put(1));
  });
  EXPECT_EQ(world.clock.elapsed(), 10ms);
}

TEST(Rendezvous, ACancelledPutterTakesItsItemAlong) {
  run_virtually([] {
    queue<int> q(0);
    const auto first = spawn([&] { q.put(1); });
    const auto second = spawn([&] { q.put(2); });
    yield();
    first.cancel();
    EXPECT_EQ(q.get(), 2);
    second.join();
  });
}

TEST(Rendezvous, ATakerWhosePutterWasCancelledWaitsOn) {
  story told;
  run_virtually([&] {
    queue<int> q(0);
    auto taker = [&](const char* name) { return [&, name] { told(name, q.get()); }; };
    const auto a = spawn(taker("a")), b = spawn(taker("b"));
    yield();
    const auto putter = spawn([&] { q.put(1); });
    spawn([&] {
      told("cancel");
      putter.cancel();
    }).join();
    EXPECT_EQ(putter.status(), task_status::cancelled);
    q.put(2);
    q.put(3);
    b.join();
  });
  EXPECT_EQ(told.text(), "cancel a2 b3");
}

TEST(Rendezvous, TakersWhosePuttersWereCancelledKeepTheirOrder) {
  story told;
  run_virtually([&] {
    queue<int> q(0);
    auto taker = [&](const char* name) { return [&, name] { told(name, q.get()); }; };
    const auto a = spawn(taker("a")), b = spawn(taker("b")), c = spawn(taker("c"));
    yield();
    const auto p1 = spawn([&] { q.put(1); });
    const auto p2 = spawn([&] { q.put(2); });
    spawn([&] {
      p1.cancel();
      p2.cancel();
    }).join();
    p2.join();
    for (int i = 3; i <= 5; ++i) q.put(i);
    c.join();
  });
  EXPECT_EQ(told.text(), "a3 b4 c5");
}

TEST(Rendezvous, ATakerThatWaitsOnStillEndsAtItsTimeLimit) {
  simulation world;
  world.run([&] {
    queue<int> q(0);
    const auto taker = spawn([&] { return q.get_for(30ms); });
    sleep_for(10ms);
    const auto putter = spawn([&] { q.put(1); });
    spawn([&] { putter.cancel(); }).join();
    EXPECT_EQ(taker.get(), std::nullopt);
  });
  EXPECT_EQ(world.clock.elapsed(), 30ms);
}

TEST(Rendezvous, OneCancelledAfterItWasPromisedAnItemPassesItOn) {
  story told;
  run_virtually([&] {
    queue<int> q(0);
    const auto a = spawn([&] { told("a", q.get()); });
    const auto b = spawn([&] { told("b", q.get()); });
    yield();
    const auto putter = spawn([&] {
      q.put(1);
      told("put");
    });
    const auto canceller = spawn([&] { a.cancel(); });
    putter.join();
  });
  EXPECT_EQ(told.text(), "b1 put");
}

TEST(Rendezvous, WhatTryPutGaveToACancelledOneIsNotLost) {
  run_virtually([] {
    queue<std::unique_ptr<int>> q(0);
    const auto taker = spawn([&] { q.get(); });
    yield();
    EXPECT_TRUE(q.try_put(std::make_unique<int>(1)));
    taker.kill();
    EXPECT_EQ(q.size(), 1u);
    EXPECT_EQ(*q.get(), 1);
    EXPECT_EQ(q.size(), 0u);
  });
}

TEST(Rendezvous, AnItemNobodyTookIsDestroyedWithTheQueue) {
  const auto item = std::make_shared<int>(1);
  run_virtually([&] {
    queue<std::shared_ptr<int>> q(0);
    const auto taker = spawn([&] { q.get(); });
    yield();
    EXPECT_TRUE(q.try_put(std::shared_ptr<int>(item)));
    taker.kill();
    EXPECT_EQ(item.use_count(), 2);
  });
  EXPECT_EQ(item.use_count(), 1);
}

TEST(Rendezvous, CloseEndsABlockedPutWithTheError) {
  run_virtually([] {
    queue<int> q(0);
    const auto putter = spawn([&] { EXPECT_THROW(q.put(1), closed_error); });
    yield();
    q.close();
    putter.get();
    EXPECT_THROW(q.get(), closed_error);
  });
}

TEST(Rendezvous, CloseLetsATakerHaveWhatIsPromisedToIt) {
  story told;
  run_virtually([&] {
    queue<int> q(0);
    const auto taker = spawn([&] { told("got", q.get()); });
    yield();
    const auto putter = spawn([&] {
      q.put(1);
      told("put");
    });
    const auto closer = spawn([&] {
      q.close();
      told("closed");
    });
    putter.get();
  });
  EXPECT_EQ(told.text(), "closed got1 put");
}

TEST(Rendezvous, CloseEndsAPutWhoseTakerIsCancelledThen) {
  run_virtually([] {
    queue<int> q(0);
    const auto taker = spawn([&] { q.get(); });
    yield();
    const auto putter = spawn([&] { EXPECT_THROW(q.put(1), closed_error); });
    spawn([&] {
      q.close();
      taker.cancel();
    }).join();
    putter.get();
  });
}

TEST(Rendezvous, DiscardEndsAlsoAPutThatIsPromised) {
  run_virtually([] {
    queue<int> q(0);
    const auto taker = spawn([&] { EXPECT_THROW(q.get(), closed_error); });
    yield();
    const auto putter = spawn([&] { EXPECT_THROW(q.put(1), closed_error); });
    spawn([&] { q.close(discard); }).join();
    putter.get();
    taker.get();
  });
}

TEST(Rendezvous, JoinWaitsForWhatWasTaken) {
  run_virtually([] {
    queue<int> q(0);
    const auto putter = spawn([&] { q.put(1); });
    yield();
    EXPECT_TRUE(q.join_for(0s));
    q.get();
    EXPECT_FALSE(q.join_for(1ms));
    q.task_done();
    q.join();
  });
}

struct fragile {
  explicit fragile(int v) : value(v) {}
  fragile(fragile&& other) : value(other.value) {
    if (broken) throw std::runtime_error("cannot be moved");
  }
  int value;
  static inline bool broken = false;
};

TEST(Rendezvous, AnItemWhoseMoveThrowsIsStillOffered) {
  run_virtually([] {
    queue<fragile> q(0);
    const auto putter = spawn([&] { q.put(fragile(1)); });
    yield();
    fragile::broken = true;
    EXPECT_THROW(q.get(), std::runtime_error);
    fragile::broken = false;
    EXPECT_EQ(putter.status(), task_status::running);
    EXPECT_EQ(q.get().value, 1);
    putter.join();
  });
}

}  // namespace
}  // namespace weft::tests
