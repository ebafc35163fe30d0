#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>

#include "sync/story.hpp"
#include "weft/queue.hpp"

namespace weft::tests {
namespace {

using namespace std::chrono_literals;

TEST(QueueClose, PutsThrowAndGetsDrainFirst) {
  queue<int> q{"orders"};
  q.put(1);
  q.put(2);
  q.close();
  EXPECT_TRUE(q.closed());
  EXPECT_THROW(q.put(3), closed_error);
  EXPECT_THROW(q.try_put(3), closed_error);
  EXPECT_THROW(q.put_for(3, 1ms), closed_error);
  EXPECT_EQ(q.get(), 1);
  EXPECT_EQ(q.try_get(), 2);
  EXPECT_THROW(q.get(), closed_error);
  EXPECT_THROW(q.try_get(), closed_error);
  EXPECT_THROW(q.get_for(1ms), closed_error);
}

TEST(QueueClose, TheErrorNamesTheQueue) {
  queue<int> q{"orders"};
  q.close();
  try {
    q.get();
    FAIL() << "nothing was thrown";
  } catch (const closed_error& e) {
    EXPECT_THAT(e.what(), testing::HasSubstr("queue 'orders'"));
  }
}

TEST(QueueClose, ABlockedGetterWakesWithTheError) {
  story told;
  run_virtually([&] {
    queue<int> q;
    auto getter = [&](const char* name) {
      return [&, name] {
        EXPECT_THROW(q.get(), closed_error);
        told(name);
      };
    };
    const auto a = spawn(getter("a")), b = spawn(getter("b"));
    yield();
    q.close();
    told("closed");
    b.join();
  });
  EXPECT_EQ(told.text(), "closed a b");
}

TEST(QueueClose, ABlockedPutterWakesWithTheErrorAndHasPutNothing) {
  run_virtually([] {
    queue<int> q(1);
    q.put(1);
    const auto putter = spawn([&] { EXPECT_THROW(q.put(2), closed_error); });
    yield();
    q.close();
    putter.get();
    EXPECT_EQ(q.get(), 1);
    EXPECT_THROW(q.get(), closed_error);
  });
}

TEST(QueueClose, APutterWithAReservedPlaceThrowsToo) {
  run_virtually([] {
    queue<int> q(1);
    q.put(1);
    const auto putter = spawn([&] { EXPECT_THROW(q.put(2), closed_error); });
    yield();
    EXPECT_EQ(q.get(), 1);
    q.close();
    putter.get();
    EXPECT_THROW(q.get(), closed_error);
  });
}

TEST(QueueClose, AGetterWithAPromisedItemStillGetsIt) {
  run_virtually([] {
    queue<int> q;
    const auto getter = spawn([&] { return q.get(); });
    yield();
    q.put(1);
    q.close();
    EXPECT_EQ(getter.get(), 1);
  });
}

TEST(QueueClose, DiscardMakesGetsThrowAtOnce) {
  run_virtually([] {
    queue<std::shared_ptr<int>> q;
    const auto item = std::make_shared<int>(1);
    q.put(item);
    q.put(item);
    q.close(discard);
    EXPECT_EQ(item.use_count(), 1);
    EXPECT_EQ(q.size(), 0u);
    EXPECT_THROW(q.get(), closed_error);
  });
}

TEST(QueueClose, DiscardTakesAlsoWhatIsPromised) {
  run_virtually([] {
    queue<int> q;
    const auto getter = spawn([&] { EXPECT_THROW(q.get(), closed_error); });
    yield();
    q.put(1);
    q.close(discard);
    getter.get();
  });
}

TEST(QueueClose, JoinDoesNotWaitForWhatWasDiscarded) {
  story told;
  run_virtually([&] {
    queue<int> q;
    q.put(1);
    q.put(2);
    EXPECT_EQ(q.get(), 1);
    const auto joiner = spawn([&] {
      q.join();
      told("joined");
    });
    yield();
    q.close(discard);
    yield();
    told("one left");
    q.task_done();
    joiner.join();
  });
  EXPECT_EQ(told.text(), "one left joined");
}

TEST(QueueClose, TwiceIsHarmless) {
  queue<int> q;
  q.put(1);
  q.close();
  q.close();
  q.close(discard);
  q.close(discard);
  EXPECT_THROW(q.get(), closed_error);
}

}  // namespace
}  // namespace weft::tests
