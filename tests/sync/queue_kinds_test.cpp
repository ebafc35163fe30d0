// lifo_queue and priority_queue: which item comes out first. The tests of queue cover the rest.
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "sync/story.hpp"
#include "weft/queue.hpp"

namespace weft::tests {
namespace {

TEST(LifoQueue, LastInFirstOut) {
  run_virtually([] {
    lifo_queue<int> q;
    q.put(1);
    q.put(2);
    EXPECT_EQ(q.get(), 2);
    q.put(3);
    EXPECT_EQ(q.get(), 3);
    EXPECT_EQ(q.get(), 1);
  });
}

TEST(LifoQueue, AWokenGetterTakesWhatIsLastWhenItRuns) {
  run_virtually([] {
    lifo_queue<int> q;
    const auto getter = spawn([&] { return q.get(); });
    yield();
    q.put(1);
    q.put(2);
    EXPECT_EQ(getter.get(), 2);
    EXPECT_EQ(q.get(), 1);
  });
}

TEST(PriorityQueue, TheSmallestComesOutFirst) {
  run_virtually([] {
    priority_queue<int> q{10, "jobs"};
    for (const int i : {5, 1, 3}) q.put(i);
    EXPECT_EQ(q.get(), 1);
    EXPECT_EQ(q.get(), 3);
    EXPECT_EQ(q.get(), 5);
    EXPECT_EQ(q.name(), "jobs");
  });
}

TEST(PriorityQueue, TheComparisonDecides) {
  run_virtually([] {
    priority_queue<int, std::greater<int>> q;
    for (const int i : {5, 1, 9}) q.put(i);
    EXPECT_EQ(q.get(), 9);
    EXPECT_EQ(q.get(), 5);
    EXPECT_EQ(q.get(), 1);
  });
}

struct by_first {
  bool operator()(const std::pair<int, std::string>& a, const std::pair<int, std::string>& b) const {
    return a.first < b.first;
  }
};

TEST(PriorityQueue, EqualOnesComeOutInOrderOfArrival) {
  story told;
  run_virtually([&] {
    priority_queue<std::pair<int, std::string>, by_first> q;
    q.put({2, "a"});
    q.put({1, "b"});
    q.put({2, "c"});
    q.put({1, "d"});
    while (const auto item = q.try_get()) told(item->second);
  });
  EXPECT_EQ(told.text(), "b d a c");
}

struct by_value {
  bool operator()(const std::unique_ptr<int>& a, const std::unique_ptr<int>& b) const { return *a < *b; }
};

TEST(PriorityQueue, HoldsWhatCanOnlyBeMoved) {
  run_virtually([] {
    priority_queue<std::unique_ptr<int>, by_value> q;
    q.put(std::make_unique<int>(2));
    q.put(std::make_unique<int>(1));
    EXPECT_EQ(*q.get(), 1);
    EXPECT_EQ(*q.get(), 2);
  });
}

TEST(PriorityQueue, AWokenPutterComesInByItsPriority) {
  run_virtually([] {
    priority_queue<int> q(2);
    q.put(5);
    q.put(6);
    const auto putter = spawn([&] { q.put(1); });
    yield();
    EXPECT_EQ(q.get(), 5);
    putter.join();
    EXPECT_EQ(q.get(), 1);
    EXPECT_EQ(q.get(), 6);
  });
}

}  // namespace
}  // namespace weft::tests
