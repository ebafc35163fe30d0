#include "trace/state/slot_queue.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "trace/file/guarded_table.hpp"
#include "trace/state/slot_table.hpp"

namespace weft::diary {
namespace {

std::vector<std::uint64_t> contents(const slot_queue& q) { return {q.begin(), q.end()}; }

TEST(SlotQueue, KeepsOrderWhilePoppingAndPushing) {
  slot_queue q;
  for (std::uint64_t i = 1; i <= 5; ++i) q.push_back(i);
  q.pop_front();
  q.pop_front();
  q.push_back(6);

  EXPECT_EQ(contents(q), (std::vector<std::uint64_t>{3, 4, 5, 6}));
  EXPECT_EQ(q.front(), 3u);
  EXPECT_EQ(q[1], 4u);
  EXPECT_EQ(q.size(), 4u);
}

TEST(SlotQueue, RemovesFromTheMiddleAndTheFront) {
  slot_queue q;
  for (std::uint64_t i = 1; i <= 4; ++i) q.push_back(i);

  EXPECT_TRUE(q.remove(3));
  EXPECT_TRUE(q.remove(1));
  EXPECT_FALSE(q.remove(9));

  EXPECT_EQ(contents(q), (std::vector<std::uint64_t>{2, 4}));
}

TEST(SlotQueue, EqualContentsAreEqualWhateverWasPoppedBefore) {
  slot_queue a, b;
  for (const std::uint64_t i : {9u, 8u, 1u, 2u, 3u}) a.push_back(i);
  a.pop_front();
  a.pop_front();
  for (const std::uint64_t i : {1u, 2u, 3u}) b.push_back(i);

  EXPECT_TRUE(a == b);
}

TEST(SlotTable, HugeSlotsTakeNoMoreMemoryThanSmallOnes) {
  slot_table table;
  table.add(UINT64_MAX).status = coroutine_status::ready;
  table.add(std::uint64_t{1} << 40).status = coroutine_status::ready;

  EXPECT_NE(table.find(UINT64_MAX), nullptr);
  EXPECT_NE(table.find(std::uint64_t{1} << 40), nullptr);
  EXPECT_EQ(table.find(7), nullptr);
  EXPECT_LT(table.memory_bytes(), 10'000u);
}

TEST(SlotTable, AFarSlotIsStillFoundWhenTheArrayHasGrownOverIt) {
  slot_table table;
  table.add(5000).status = coroutine_status::blocked;
  for (std::uint64_t slot = 1; slot <= 4000; ++slot) table.add(slot).status = coroutine_status::ready;

  ASSERT_NE(table.find(5000), nullptr);
  EXPECT_EQ(table.find(5000)->status, coroutine_status::blocked);
  EXPECT_EQ(table.size(), 4001u);
}

TEST(GuardedTable, FindsDenseAndFarKeys) {
  guarded_table<int> table;
  table[1] = 10;
  table[UINT64_MAX] = 20;

  EXPECT_EQ(*table.find(1), 10);
  EXPECT_EQ(*table.find(UINT64_MAX), 20);
  EXPECT_EQ(table.find(UINT64_MAX - 1), nullptr);
}

TEST(GuardedTable, AFarKeySurvivesTheArraysGrowth) {
  guarded_table<int> table;
  table[300] = 7;
  for (std::uint64_t key = 0; key < 290; ++key) table[key] = 1;

  EXPECT_EQ(*table.find(300), 7);
}

}  // namespace
}  // namespace weft::diary
