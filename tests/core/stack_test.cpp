// Stacks and their pool, with the real kernel, because that is this layer's counterpart.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <limits>
#include <new>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "core/context.hpp"
#include "core/stack_pool.hpp"
#include "weft_switch.h"

namespace weft::core {
namespace {

char* bytes(void* address) { return static_cast<char*>(address); }

void touch(void* address) { *static_cast<volatile char*>(address) = 1; }
void touch_first_page(const stack& one) { touch(bytes(one.top) - 1); }

std::vector<stack> take_many(stack_pool& pool, std::size_t count) {
  std::vector<stack> taken;
  for (std::size_t i = 0; i < count; ++i) taken.push_back(pool.take());
  return taken;
}

void give_all(stack_pool& pool, const std::vector<stack>& taken) {
  for (const stack& one : taken) pool.give(one);
}

TEST(RoundStackSize, GivesWholePages) {
  EXPECT_EQ(round_stack_size(default_stack_size), default_stack_size);
  EXPECT_EQ(round_stack_size(default_stack_size + 1), default_stack_size + page_size());
}

TEST(RoundStackSize, GivesAtLeastTheMinimum) {
  EXPECT_EQ(round_stack_size(0), minimum_stack_size);
  EXPECT_EQ(round_stack_size(1), minimum_stack_size);
}

TEST(RoundStackSize, SaturatesWhereRoundingWouldOverflow) {
  const std::size_t largest = round_stack_size(std::numeric_limits<std::size_t>::max());

  EXPECT_EQ(largest % page_size(), 0u);
  EXPECT_GT(largest, std::numeric_limits<std::size_t>::max() - page_size());
}

TEST(StackPool, GivesTheDefaultSizeUnlessAsked) {
  stack_pool pool(128 * 1024);

  const stack plain = pool.take();
  const stack large = pool.take(1024 * 1024 + 1);

  EXPECT_EQ(plain.size, 128u * 1024);
  EXPECT_EQ(large.size, 1024 * 1024 + page_size());
  give_all(pool, {plain, large});
}

TEST(StackPool, TheWholeStackIsWritable) {
  stack_pool pool;
  const stack one = pool.take();

  touch(one.base);
  touch(bytes(one.base) + one.size - 1);

  EXPECT_GE(one.top, one.base);
  EXPECT_LE(bytes(one.top), bytes(one.base) + one.size);
  pool.give(one);
}

TEST(StackPool, TopsAreAlignedAndOfDifferentColours) {
  stack_pool pool;
  const std::vector<stack> taken = take_many(pool, 37);

  std::set<std::uintptr_t> offsets_in_page;
  std::set<std::uintptr_t> misalignments;
  for (const stack& one : taken) offsets_in_page.insert(reinterpret_cast<std::uintptr_t>(one.top) % page_size());
  for (const stack& one : taken) misalignments.insert(reinterpret_cast<std::uintptr_t>(one.top) % 16);

  EXPECT_EQ(offsets_in_page.size(), 37u);
  EXPECT_THAT(misalignments, ::testing::ElementsAre(0u));
  give_all(pool, taken);
}

TEST(StackPool, TheOneGivenBackLastComesFirst) {
  stack_pool pool;
  const std::vector<stack> taken = take_many(pool, 3);
  give_all(pool, taken);

  const stack first = pool.take();
  const stack second = pool.take();

  EXPECT_EQ(first.base, taken[2].base);
  EXPECT_EQ(second.base, taken[1].base);
  give_all(pool, {first, second});
}

TEST(StackPool, SizesAreKeptApart) {
  stack_pool pool;
  const stack large = pool.take(1024 * 1024);
  pool.give(large);

  const stack plain = pool.take();
  const stack large_again = pool.take(1024 * 1024);

  EXPECT_NE(plain.base, large.base);
  EXPECT_EQ(large_again.base, large.base);
  give_all(pool, {plain, large_again});
}

TEST(StackPool, ASizeThatCannotBeHadIsBadAllocAndThePoolGoesOn) {
  stack_pool pool;

  EXPECT_THROW(pool.take(std::numeric_limits<std::size_t>::max()), std::bad_alloc);
  EXPECT_THROW(pool.take(std::numeric_limits<std::size_t>::max() / 2), std::bad_alloc);
  EXPECT_THROW(pool.take(std::size_t{1} << 52), std::bad_alloc);

  const stack one = pool.take();
  EXPECT_EQ(pool.counts().in_use, 1);
  pool.give(one);
}

TEST(StackPool, CountsWhatIsInUseAndIdle) {
  stack_pool pool;
  const std::vector<stack> taken = take_many(pool, 5);
  pool.give(taken[0]);
  pool.give(taken[1]);

  EXPECT_EQ(pool.counts().created, 5u);
  EXPECT_EQ(pool.counts().in_use, 3);
  EXPECT_EQ(pool.counts().idle, 2u);
  EXPECT_EQ(pool.counts().idle_trimmed, 0u);
  give_all(pool, {taken[2], taken[3], taken[4]});
}

TEST(StackPool, AStackOutlivesItsPoolAndMayGoToAnother) {
  stack_pool other;
  stack survivor;
  {
    stack_pool first;
    survivor = first.take();
  }

  touch(survivor.base);
  other.give(survivor);

  EXPECT_EQ(other.take().base, survivor.base);
  EXPECT_EQ(other.counts().created, 0u);
  other.give(survivor);
}

TEST(StackPool, TrimGivesPagesOfAllButTheHotOnesBack) {
  stack_pool pool;
  const std::vector<stack> taken = take_many(pool, stack_pool::hot_stacks + 100);
  for (const stack& one : taken) touch_first_page(one);
  give_all(pool, taken);

  const std::size_t first = pool.trim(60);
  const std::size_t second = pool.trim(60);
  const std::size_t third = pool.trim(60);

  EXPECT_EQ(first, 60u);
  EXPECT_EQ(second, 40u);
  EXPECT_EQ(third, 0u);
  EXPECT_EQ(pool.counts().idle_trimmed, 100u);
  EXPECT_EQ(stack_used(taken[0]), 0u);
  EXPECT_EQ(stack_used(taken[99]), 0u);
  EXPECT_GT(stack_used(taken[100]), 0u);
}

TEST(StackPool, TrimLeavesNeighboursInUseAlone) {
  stack_pool pool;
  const std::vector<stack> taken = take_many(pool, 2 * stack_pool::hot_stacks + 20);
  for (const stack& one : taken) touch_first_page(one);
  std::vector<stack> in_use;
  for (std::size_t i = 0; i < taken.size(); ++i) {
    if (i % 2 == 0) pool.give(taken[i]);
    if (i % 2 == 1) in_use.push_back(taken[i]);
  }

  const std::size_t trimmed = pool.trim(1000);

  EXPECT_EQ(trimmed, 10u);
  for (const stack& one : in_use) EXPECT_GT(stack_used(one), 0u);
  give_all(pool, in_use);
}

TEST(StackPool, GiveBoundsTheIdleStacksThatHoldMemory) {
  stack_pool pool;
  const std::vector<stack> taken = take_many(pool, stack_pool::idle_bound + 500);
  for (const stack& one : taken) touch_first_page(one);

  give_all(pool, taken);

  const stack_pool_counts counts = pool.counts();
  EXPECT_EQ(counts.idle, taken.size());
  EXPECT_LE(counts.idle - counts.idle_trimmed, stack_pool::idle_bound);
  EXPECT_EQ(stack_used(taken[0]), 0u);
}

constexpr std::int64_t second_ns = 1'000'000'000;

TEST(StackPool, AgeGivesBackWhatWasIdleForAWholePeriod) {
  stack_pool pool;
  pool.will_be_aged();
  const std::vector<stack> taken = take_many(pool, stack_pool::hot_stacks + 100);
  for (const stack& one : taken) touch_first_page(one);
  give_all(pool, taken);

  const std::int64_t at_first = pool.age(0, 1000);
  const std::size_t trimmed_at_first = pool.counts().idle_trimmed;
  const std::int64_t after_a_period = pool.age(second_ns, 60);
  const std::size_t trimmed_then = pool.counts().idle_trimmed;
  const std::int64_t after_the_rest = pool.age(second_ns, 60);

  EXPECT_EQ(at_first, second_ns);
  EXPECT_EQ(trimmed_at_first, 0u);
  EXPECT_EQ(after_a_period, 0) << "more could be done";
  EXPECT_EQ(trimmed_then, 60u);
  EXPECT_EQ(after_the_rest, -1) << "nothing is left to do";
  EXPECT_EQ(pool.counts().idle_trimmed, 100u);
  EXPECT_EQ(stack_used(taken[0]), 0u);
  EXPECT_GT(stack_used(taken[100]), 0u);
}

TEST(StackPool, AgeKeepsWhatABurstInEachPeriodNeeds) {
  stack_pool pool;
  pool.will_be_aged();
  std::vector<stack> burst = take_many(pool, stack_pool::hot_stacks + 100);
  give_all(pool, burst);

  for (std::int64_t now = 0; now < 5 * second_ns; now += second_ns) {
    pool.age(now, 1000);
    burst = take_many(pool, stack_pool::hot_stacks + 90);
    give_all(pool, burst);
  }

  EXPECT_EQ(pool.counts().idle_trimmed, 0u);
}

TEST(StackPool, WhoeverAgesHasNoPagesGivenBackBetweenBursts) {
  stack_pool pool;
  pool.will_be_aged();
  const std::vector<stack> taken = take_many(pool, stack_pool::idle_bound + 500);

  give_all(pool, taken);

  EXPECT_EQ(pool.counts().idle_trimmed, 0u);
}

TEST(StackPool, ColoursLeaveMostOfTheFirstPage) {
  stack_pool pool;
  const std::vector<stack> taken = take_many(pool, 200);

  for (const stack& one : taken) {
    const auto shift = static_cast<std::byte*>(one.base) + one.size - static_cast<std::byte*>(one.top);
    EXPECT_LE(shift, 2304);
  }
  give_all(pool, taken);
}

TEST(StackPool, ATrimmedStackWorksAgain) {
  stack_pool pool;
  const std::vector<stack> taken = take_many(pool, stack_pool::hot_stacks + 1);
  give_all(pool, taken);
  pool.trim(1);

  const std::vector<stack> again = take_many(pool, stack_pool::hot_stacks + 1);

  EXPECT_EQ(again.back().base, taken[0].base);
  touch(again.back().base);
  give_all(pool, again);
}

TEST(StackUsed, IsTheDeepestPageTouched) {
  stack_pool pool;
  const stack one = pool.take();
  const std::size_t untouched = stack_used(one);

  touch(bytes(one.base) + one.size - 1);
  const std::size_t one_page = stack_used(one);
  touch(bytes(one.base) + one.size - 5 * page_size());
  const std::size_t five_pages = stack_used(one);
  touch(one.base);
  const std::size_t everything = stack_used(one);

  EXPECT_EQ(untouched, 0u);
  EXPECT_EQ(one_page, page_size());
  EXPECT_EQ(five_pages, 5 * page_size());
  EXPECT_EQ(everything, one.size);
  pool.give(one);
}

TEST(StackUsed, WorksOnStacksOfManyMebibytes) {
  stack_pool pool;
  const stack one = pool.take(16 * 1024 * 1024);

  touch(bytes(one.base) + one.size - 9 * 1024 * 1024);

  EXPECT_EQ(stack_used(one), 9u * 1024 * 1024);
  pool.give(one);
}

// ---- guards, both kinds --------------------------------------------------------------------------------------------

class Guard : public ::testing::TestWithParam<guard_kind> {
 protected:
  stack_pool pool_{default_stack_size, GetParam()};
};
using GuardDeathTest = Guard;

TEST_P(Guard, EveryStackHasOne) {
  const std::vector<stack> taken = take_many(pool_, 100);

  EXPECT_TRUE(std::all_of(taken.begin(), taken.end(), [](const stack& one) { return one.guarded; }));
  give_all(pool_, taken);
}

TEST_P(Guard, IsFoundAndNamesItsStack) {
  const std::vector<stack> taken = take_many(pool_, 50);

  const std::optional<guard_hit> hit = find_guard(bytes(taken[20].base) - 1);

  ASSERT_TRUE(hit.has_value());
  EXPECT_EQ(hit->stack_base, taken[20].base);
  EXPECT_EQ(hit->stack_size, taken[20].size);
  give_all(pool_, taken);
}

TEST_P(Guard, IsNotTheStackNorAnythingElse) {
  const stack one = pool_.take();
  int on_the_threads_stack = 0;

  EXPECT_FALSE(is_guard_address(one.base));
  EXPECT_FALSE(is_guard_address(bytes(one.top) - 1));
  EXPECT_FALSE(is_guard_address(&on_the_threads_stack));
  EXPECT_FALSE(is_guard_address(nullptr));
  pool_.give(one);
}

TEST_P(GuardDeathTest, StopsAnOverflow) {
  const stack one = pool_.take();

  EXPECT_DEATH(touch(bytes(one.base) - 1), "");
  pool_.give(one);
}

TEST_P(GuardDeathTest, IsStillThereAfterATrim) {
  const std::vector<stack> taken = take_many(pool_, stack_pool::hot_stacks + 50);
  for (const stack& one : taken) touch(one.base);
  give_all(pool_, taken);
  ASSERT_EQ(pool_.trim(50), 50u);
  ASSERT_EQ(stack_used(taken[30]), 0u);

  EXPECT_DEATH(touch(bytes(taken[30].base) - 1), "");
}

// As a scheduler's handler does: on an alternate stack, finds the stack whose guard was hit.
const void* expected_base = nullptr;
void report_guard(int, siginfo_t* info, void*) {
  const std::optional<guard_hit> hit = find_guard(info->si_addr);
  _exit(hit.has_value() && hit->stack_base == expected_base ? 0 : 1);
}

[[gnu::noinline]] int recurse(int depth) {
  volatile char frame[1024];
  frame[0] = static_cast<char>(depth);
  return depth == std::numeric_limits<int>::max() ? 0 : recurse(depth + 1) + frame[0];
}

void overflow_a_context_of(stack_pool& pool) {
  static char signal_stack[64 * 1024];
  const stack_t alternate{.ss_sp = signal_stack, .ss_flags = 0, .ss_size = sizeof(signal_stack)};
  sigaltstack(&alternate, nullptr);
  struct sigaction action {};
  action.sa_sigaction = &report_guard;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK;
  sigaction(SIGSEGV, &action, nullptr);
  sigaction(SIGBUS, &action, nullptr);

  const stack one = pool.take();
  expected_base = one.base;
  void* test = nullptr;
  weft_switch(&test, make_context(
                         one.top, [](void*) { std::exit(recurse(0)); }, nullptr));
}

TEST_P(GuardDeathTest, LetsASignalHandlerNameTheStackThatOverflowed) {
  EXPECT_EXIT(overflow_a_context_of(pool_), ::testing::ExitedWithCode(0), "");
}

constexpr auto all_kinds = {guard_kind::best_available, guard_kind::page_protection};
std::string kind_name(const ::testing::TestParamInfo<guard_kind>& kind) {
  return kind.param == guard_kind::best_available ? "BestAvailable" : "PageProtection";
}
INSTANTIATE_TEST_SUITE_P(Kinds, Guard, ::testing::ValuesIn(all_kinds), kind_name);
INSTANTIATE_TEST_SUITE_P(Kinds, GuardDeathTest, ::testing::ValuesIn(all_kinds), kind_name);

TEST(Guards, AreForgottenWithTheirArena) {
  const void* guard = nullptr;
  {
    stack_pool pool;
    const stack one = pool.take();
    guard = bytes(one.base) - 1;
    pool.give(one);
    ASSERT_TRUE(is_guard_address(guard));
  }

  EXPECT_FALSE(is_guard_address(guard));
}

std::size_t mappings_of_this_process() {
  std::ifstream maps("/proc/self/maps");
  std::size_t lines = 0;
  for (std::string line; std::getline(maps, line);) ++lines;
  return lines;
}

bool kernel_has_guard_regions() {
  const std::size_t before = mappings_of_this_process();
  stack_pool pool;
  const std::vector<stack> taken = take_many(pool, 64);
  const bool split_nothing = mappings_of_this_process() < before + 64;
  give_all(pool, taken);
  return split_nothing;
}

TEST(Guards, TenThousandStacksAreFewMappings) {
  if (!kernel_has_guard_regions()) GTEST_SKIP() << "no MADV_GUARD_INSTALL in this kernel";
  const std::size_t before = mappings_of_this_process();
  stack_pool pool;

  const std::vector<stack> taken = take_many(pool, 10'000);

  EXPECT_LT(mappings_of_this_process(), before + 50);
  EXPECT_TRUE(taken.back().guarded);
  give_all(pool, taken);
}

#if defined(__linux__)
TEST(Guards, BeyondTheBudgetStacksComeWithoutAndAreCounted) {
  std::ifstream limit_file("/proc/sys/vm/max_map_count");
  std::size_t limit = 65530;
  limit_file >> limit;
  if (limit > 300'000) GTEST_SKIP() << "vm.max_map_count is " << limit << ": too many stacks for a unit test";
  stack_pool pool(minimum_stack_size, guard_kind::page_protection);

  const std::vector<stack> taken = take_many(pool, limit / 4 + 10);

  EXPECT_TRUE(taken.front().guarded);
  EXPECT_FALSE(taken.back().guarded);
  EXPECT_GE(pool.counts().unguarded, 10u);
  give_all(pool, taken);
}

TEST(Guards, TheBudgetComesBackWithTheArena) {
  for (int round = 0; round < 3; ++round) {
    stack_pool pool(minimum_stack_size, guard_kind::page_protection);
    const std::vector<stack> taken = take_many(pool, 8000);
    EXPECT_EQ(pool.counts().unguarded, 0u) << "in round " << round;
    give_all(pool, taken);
  }
}
#endif

TEST(Guards, AreFoundWhileOtherThreadsMakeAndDropArenas) {
  stack_pool pool;
  const stack one = pool.take();
  std::atomic<bool> stop{false};
  std::thread churn([&] {
    while (!stop.load(std::memory_order_relaxed)) {
      stack_pool other(minimum_stack_size);
      give_all(other, take_many(other, 20));
    }
  });

  std::size_t wrong = 0;
  for (int i = 0; i < 20'000; ++i) {
    const std::optional<guard_hit> hit = find_guard(bytes(one.base) - 1);
    if (!hit.has_value() || hit->stack_base != one.base || is_guard_address(one.base)) ++wrong;
  }
  stop.store(true, std::memory_order_relaxed);
  churn.join();

  EXPECT_EQ(wrong, 0u);
  pool.give(one);
}

}  // namespace
}  // namespace weft::core
