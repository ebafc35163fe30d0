#include "core/timer_heap.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

namespace weft::core {
namespace {

TEST(TimerHeap, GivesTimersInOrderOfDeadline) {
  timer_heap heap;
  timer late;
  timer early;
  heap.add(late, 20);
  heap.add(early, 10);

  EXPECT_EQ(heap.pop_due(100), &early);
  EXPECT_EQ(heap.pop_due(100), &late);
  EXPECT_EQ(heap.pop_due(100), nullptr);
}

TEST(TimerHeap, EqualDeadlinesComeInInsertionOrder) {
  timer_heap heap;
  std::vector<timer> timers(20);
  for (timer& t : timers) heap.add(t, 5);

  for (timer& t : timers) EXPECT_EQ(heap.pop_due(5), &t);
}

TEST(TimerHeap, HoldsBackWhatIsNotDue) {
  timer_heap heap;
  timer t;
  heap.add(t, 10);

  EXPECT_EQ(heap.pop_due(9), nullptr);
  EXPECT_EQ(heap.pop_due(10), &t);
  EXPECT_FALSE(t.armed());
}

TEST(TimerHeap, RemovingAnyOneKeepsTheOrderOfTheRest) {
  std::minstd_rand random(1);
  timer_heap heap;
  std::vector<timer> timers(300);
  for (timer& t : timers)
    heap.add(t, static_cast<std::int64_t>(random() % 50));  // added in the order of their addresses
  std::vector<timer*> kept;
  for (timer& t : timers) {
    if (random() % 2 == 0) {
      heap.remove(t);
    } else {
      kept.push_back(&t);
    }
  }
  std::sort(kept.begin(), kept.end(), [](const timer* a, const timer* b) {
    return a->deadline_ns != b->deadline_ns ? a->deadline_ns < b->deadline_ns : a < b;
  });

  for (timer* t : kept) ASSERT_EQ(heap.pop_due(100), t);
  EXPECT_TRUE(heap.empty());
}

}  // namespace
}  // namespace weft::core
