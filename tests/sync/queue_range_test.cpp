// A range-for over a queue ends when the queue is closed, as one over a channel does.
#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <iterator>
#include <memory>
#include <thread>
#include <utility>

#include "sync/story.hpp"
#include "weft/closed_error.hpp"
#include "weft/errors.hpp"
#include "weft/queue.hpp"
#include "weft/timeout.hpp"

namespace weft::tests {
namespace {

using namespace std::chrono_literals;

static_assert(std::input_iterator<queue<int>::iterator>);
static_assert(std::sentinel_for<std::default_sentinel_t, priority_queue<int>::iterator>);

TEST(QueueRange, EndsWhenItIsClosedAndDrained) {
  story told;
  run_virtually([&] {
    queue<int> q;
    const auto reader = spawn([&] {
      for (const int i : q) told("", i);
      told("end");
    });
    q.put(1);
    yield();
    q.put(2);
    q.put(3);
    q.close();
    reader.join();
  });
  EXPECT_EQ(told.text(), "1 2 3 end");
}

TEST(QueueRange, EndsAtOnceWhenItIsDiscarded) {
  story told;
  run_virtually([&] {
    queue<int> q;
    q.put(1);
    q.put(2);
    for (const int i : q) {
      told("", i);
      q.close(discard);
    }
    told("end");
  });
  EXPECT_EQ(told.text(), "1 end");
}

TEST(QueueRange, OfEachKindInItsOwnOrder) {
  story told;
  run_virtually([&] {
    lifo_queue<int> last_first;
    priority_queue<int> smallest_first;
    for (const int i : {2, 1, 3}) {
      last_first.put(i);
      smallest_first.put(i);
    }
    last_first.close();
    smallest_first.close();
    for (const int i : last_first) told("l", i);
    for (const int i : smallest_first) told("p", i);
  });
  EXPECT_EQ(told.text(), "l3 l1 l2 p1 p2 p3");
}

TEST(QueueRange, OfARendezvousTakesFromItsPutters) {
  story told;
  run_virtually([&] {
    queue<int> q(0);
    const auto putter = spawn([&] {
      q.put(1);
      q.put(2);
      q.close();
    });
    for (const int i : q) told("", i);
    putter.join();
  });
  EXPECT_EQ(told.text(), "1 2");
}

TEST(QueueRange, ItemsThatOnlyMoveCanBeMovedOut) {
  run_virtually([] {
    queue<std::unique_ptr<int>> q;
    q.put(std::make_unique<int>(7));
    q.close();
    for (std::unique_ptr<int>& p : q) {
      const std::unique_ptr<int> mine = std::move(p);
      EXPECT_EQ(*mine, 7);
    }
  });
}

TEST(QueueRange, AfterItsEndAGetStillThrows) {
  run_virtually([] {
    queue<int> q;
    q.close();
    for (const int i : q) ADD_FAILURE() << i;
    EXPECT_THROW(q.get(), closed_error);
  });
}

TEST(QueueRange, ABreakTakesNothingMore) {
  run_virtually([] {
    queue<int> q;
    q.put(1);
    q.put(2);
    for (const int i : q) {
      EXPECT_EQ(i, 1);
      break;
    }
    EXPECT_EQ(q.get(), 2);
  });
}

TEST(QueueRange, IsCancelledWhileItWaits) {
  run_virtually([] {
    queue<int> q;
    const auto reader = spawn([&] {
      for ([[maybe_unused]] const int i : q) {
      }
    });
    yield();
    reader.kill();
    EXPECT_EQ(reader.status(), task_status::cancelled);
    EXPECT_THROW(with_timeout(1ms, [&] { q.begin(); }), timeout_error);
    q.put(1);
    EXPECT_EQ(q.size(), 1U);
  });
}

TEST(QueueRange, OnAPlainThread) {
  queue<int> q;
  int sum = 0;
  std::thread reader([&] {
    for (const int i : q) sum += i;
  });
  for (int i = 1; i <= 10; ++i) q.put(i);
  q.close();
  reader.join();
  EXPECT_EQ(sum, 55);
}

}  // namespace
}  // namespace weft::tests
