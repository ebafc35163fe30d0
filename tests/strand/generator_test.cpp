#include "weft/generator.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <exception>
#include <memory>
#include <ranges>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "strand/generator_helpers.hpp"

namespace {

using weft::generator;
using weft::generator_status;
using weft::tests::counting;
using weft::tests::message_of;
using weft::tests::says;
using weft::tests::strings;

static_assert(std::ranges::input_range<generator<int>>);
static_assert(std::ranges::view<generator<int>>);
static_assert(std::ranges::input_range<generator<std::unique_ptr<int>>>);
static_assert(std::ranges::input_range<generator<int, std::string, std::string>>);
static_assert(!std::ranges::forward_range<generator<int>>);
static_assert(!std::copyable<generator<int>>);
static_assert(std::is_nothrow_move_constructible_v<generator<int>>);
static_assert(!std::convertible_to<void (*)(generator<int>::yielder&), generator<int>>, "the constructor is explicit");
static_assert(!std::constructible_from<generator<int>, int>);

template <class G>
concept has_send = requires(G g) {
  g.send(1);
};
static_assert(has_send<generator<int, int>>);
static_assert(!has_send<generator<int>>, "send exists only for non-void S");

struct must_be_given {
  explicit must_be_given(int) {}
};
template <class G>
concept has_next = requires(G g) {
  g.next();
};
static_assert(has_next<generator<int, int>>);
static_assert(!has_next<generator<int, must_be_given>>, "next sends S{}");

// ---- next

TEST(Generator, NextReturnsTheYieldedValuesInOrder) {
  generator<int> g = counting(2);

  EXPECT_EQ(g.next(), 1);
  EXPECT_EQ(g.next(), 2);
}

TEST(Generator, NextAfterTheEndIsEmptyAgainAndAgain) {
  generator<int> g = counting(1);

  g.next();

  EXPECT_EQ(g.next(), std::nullopt);
  EXPECT_EQ(g.next(), std::nullopt);
}

TEST(Generator, TheFunctionDoesNotRunBeforeTheFirstNext) {
  bool ran = false;
  generator<int> g{[&](auto& y) {
    ran = true;
    y(1);
  }};

  EXPECT_FALSE(ran);
  g.next();
  EXPECT_TRUE(ran);
}

TEST(Generator, StatusGoesFromCreatedOverSuspendedToClosed) {
  generator<int> g = counting(1);

  EXPECT_EQ(g.status(), generator_status::created);
  g.next();
  EXPECT_EQ(g.status(), generator_status::suspended);
  g.next();
  EXPECT_EQ(g.status(), generator_status::closed);
}

TEST(Generator, StatusIsRunningInsideTheFunction) {
  generator_status inside{};
  generator<int> g;
  g = generator<int>{[&](auto&) { inside = g.status(); }};

  g.next();

  EXPECT_EQ(inside, generator_status::running);
}

TEST(Generator, YieldsFromAnyDepthOfCalls) {
  struct deep {
    static void call(generator<int>::yielder& y, int depth) {
      if (depth == 0) {
        y(42);
      } else {
        call(y, depth - 1);
      }
    }
  };
  generator<int> g{[](auto& y) { deep::call(y, 200); }};

  EXPECT_EQ(g.next(), 42);
  EXPECT_EQ(g.next(), std::nullopt);
}

TEST(Generator, RecursionThatYieldsAtEachLevelKeepsItsLocals) {
  struct walk {
    static void in_order(generator<int>::yielder& y, int low, int high) {
      if (low > high) return;
      const int middle = (low + high) / 2;
      in_order(y, low, middle - 1);
      y(middle);
      in_order(y, middle + 1, high);
    }
  };
  generator<int> g{[](auto& y) { walk::in_order(y, 1, 1000); }};
  std::vector<int> expected(1000);
  std::ranges::generate(expected, [n = 0]() mutable { return ++n; });

  std::vector<int> seen;
  std::ranges::copy(g, std::back_inserter(seen));

  EXPECT_EQ(seen, expected);
}

TEST(Generator, YieldsMoveOnlyValues) {
  generator<std::unique_ptr<int>> g{[](auto& y) { y(std::make_unique<int>(5)); }};

  const auto value = g.next();

  EXPECT_EQ(**value, 5);
}

TEST(Generator, YieldConvertsToTheYieldedType) {
  generator<std::string> g{[](auto& y) { y("text"); }};

  EXPECT_EQ(g.next(), "text");
}

TEST(Generator, TakesAFunctionThatCanOnlyBeMoved) {
  generator<int> g{[p = std::make_unique<int>(7)](auto& y) { y(*p); }};

  EXPECT_EQ(g.next(), 7);
}

TEST(Generator, ThousandsOneAfterTheOther) {
  long sum = 0;
  for (int i = 0; i < 3000; ++i) {
    generator<int> g = counting(1);
    sum += *g.next();
  }
  EXPECT_EQ(sum, 3000);
}

TEST(Generator, ManyAtOnce) {
  std::vector<generator<int>> all;
  for (int i = 0; i < 500; ++i) all.push_back(counting(3));

  for (auto& g : all) g.next();
  long sum = 0;
  for (auto& g : all) sum += *g.next();

  EXPECT_EQ(sum, 1000);
}

// ---- send

TEST(GeneratorSend, ComesOutOfTheYield) {
  strings got;
  generator<int, std::string> g{[&](auto& y) {
    got.push_back(y(1));
    got.push_back(y(2));
  }};

  g.next();

  EXPECT_EQ(g.send("a"), 2);
  EXPECT_EQ(g.send("b"), std::nullopt);
  EXPECT_EQ(got, (strings{"a", "b"}));
}

TEST(GeneratorSend, NextSendsADefaultValue) {
  int got = -1;
  generator<int, int> g{[&](auto& y) { got = y(1); }};

  g.next();
  g.next();

  EXPECT_EQ(got, 0);
}

TEST(GeneratorSend, ToAJustStartedOneIsALogicErrorAndHarmless) {
  generator<int, int> g{[](auto& y) { y(1); }};

  EXPECT_EQ(message_of([&] { g.send(5); }), "can't send non-None value to a just-started generator");
  EXPECT_EQ(g.status(), generator_status::created);
  EXPECT_EQ(g.next(), 1);
}

TEST(GeneratorSend, ToAClosedOneIsEmpty) {
  generator<int, int> g{[](auto&) {}};
  g.next();

  EXPECT_EQ(g.send(1), std::nullopt);
}

TEST(GeneratorSend, MovesMoveOnlyValues) {
  int got = 0;
  generator<int, std::unique_ptr<int>> g{[&](auto& y) { got = *y(1); }};

  g.next();
  g.send(std::make_unique<int>(9));

  EXPECT_EQ(got, 9);
}

TEST(GeneratorSend, WorksForATypeWithoutADefault) {
  // It can be started only by throw_in, which does not enter it: the test checks that it compiles and closes.
  generator<int, must_be_given> g{[](auto& y) { y(1); }};

  EXPECT_THROW(g.send(must_be_given(1)), std::logic_error);
}

// ---- handles

TEST(GeneratorHandle, DefaultConstructedIsEmptyAndClosed) {
  generator<int> g;

  EXPECT_FALSE(g);
  EXPECT_EQ(g.next(), std::nullopt);
  EXPECT_EQ(g.status(), generator_status::closed);
  EXPECT_EQ(g.begin(), g.end());
  g.close();
  EXPECT_THROW(g.result(), std::logic_error);
  EXPECT_THROW(g.throw_in(std::make_exception_ptr(std::out_of_range("x"))), std::out_of_range);
}

TEST(GeneratorHandle, AStartedOneGoesOnAfterAMove) {
  generator<int> from = counting(2);
  from.next();

  generator<int> to = std::move(from);

  EXPECT_TRUE(to);
  EXPECT_EQ(to.next(), 2);
}

TEST(GeneratorHandle, MovedFromIsEmpty) {
  generator<int> from = counting(2);
  const generator<int> to = std::move(from);

  EXPECT_FALSE(from);  // NOLINT(bugprone-use-after-move): what is promised of it
  EXPECT_EQ(from.next(), std::nullopt);
}

TEST(GeneratorHandle, AssignmentClosesWhatWasThere) {
  strings order;
  generator<int> g{[&](auto& y) {
    const says at_end{order, "unwound"};
    y(1);
  }};
  g.next();

  g = counting(1);

  EXPECT_EQ(order, strings{"unwound"});
  EXPECT_EQ(g.next(), 1);
}

// ---- results

TEST(GeneratorResult, IsWhatTheFunctionReturned) {
  generator<int, void, std::string> g{[](auto& y) {
    y(1);
    return "done";
  }};
  g.next();
  g.next();

  EXPECT_EQ(g.result(), "done");
  EXPECT_EQ(g.result(), "done");
}

TEST(GeneratorResult, OfAMoveOnlyTypeCanBeHadOnce) {
  generator<int, void, std::unique_ptr<int>> g{[](auto&) { return std::make_unique<int>(3); }};
  g.next();

  EXPECT_EQ(*g.result(), 3);
  EXPECT_THROW(g.result(), std::logic_error);
}

TEST(GeneratorResult, BeforeTheEndIsALogicError) {
  generator<int, void, int> g{[](auto& y) {
    y(1);
    return 2;
  }};
  EXPECT_THROW(g.result(), std::logic_error);

  g.next();

  EXPECT_THROW(g.result(), std::logic_error);
}

TEST(GeneratorResult, AfterAnErrorIsALogicError) {
  generator<int, void, int> g{[](auto&) -> int { throw std::runtime_error("x"); }};
  EXPECT_THROW(g.next(), std::runtime_error);

  EXPECT_THROW(g.result(), std::logic_error);
}

TEST(GeneratorResult, AfterCloseIsALogicError) {
  generator<int, void, int> g{[](auto& y) {
    y(1);
    return 2;
  }};
  g.next();
  g.close();

  EXPECT_THROW(g.result(), std::logic_error);
}

TEST(GeneratorResult, OfVoidOnlyTellsThatItReturned) {
  generator<int> g = counting(1);
  EXPECT_THROW(g.result(), std::logic_error);
  g.next();
  g.next();

  EXPECT_NO_THROW(g.result());
}

// ---- ranges

TEST(GeneratorRange, ARangeForSeesEveryValue) {
  std::vector<int> seen;
  for (const int value : counting(3)) seen.push_back(value);

  EXPECT_EQ(seen, (std::vector{1, 2, 3}));
}

TEST(GeneratorRange, BreakLeavesItSuspended) {
  generator<int> g = counting(3);
  for ([[maybe_unused]] const int value : g) break;

  EXPECT_EQ(g.status(), generator_status::suspended);
  EXPECT_EQ(g.next(), 2);
}

TEST(GeneratorRange, BeginOnAStartedOneGoesOn) {
  generator<int> g = counting(3);
  g.next();

  std::vector<int> seen;
  for (const int value : g) seen.push_back(value);

  EXPECT_EQ(seen, (std::vector{2, 3}));
}

TEST(Generator, AnLvalueIsReferredToByAView) {
  generator<int> numbers = counting(9);
  std::vector<int> seen;
  for (const int value : numbers | std::views::transform([](int n) { return 10 * n; }) | std::views::take(2)) {
    seen.push_back(value);
  }
  EXPECT_EQ(seen, (std::vector<int>{10, 20}));
  EXPECT_EQ(numbers.status(), generator_status::suspended) << "it stays the program's own";
  EXPECT_EQ(numbers.next(), 4) << "take() has asked for the third, to see that it is at its end";
}

TEST(GeneratorRange, WorksInAViewPipeline) {
  generator<int> endless{[](auto& y) {
    for (int i = 0;; ++i) y(i);
  }};
  const auto odd = [](int i) { return i % 2 == 1; };

  std::vector<int> seen;
  for (const int value : std::move(endless) | std::views::filter(odd) | std::views::take(3)) seen.push_back(value);

  EXPECT_EQ(seen, (std::vector{1, 3, 5}));
}

TEST(GeneratorRange, AnErrorComesOutOfTheIncrement) {
  generator<int> g{[](auto& y) {
    y(1);
    throw std::out_of_range("x");
  }};
  auto it = g.begin();

  EXPECT_EQ(*it, 1);
  EXPECT_THROW(++it, std::out_of_range);
}

TEST(GeneratorRange, AnElementMayBeMovedOut) {
  generator<std::unique_ptr<int>> g{[](auto& y) { y(std::make_unique<int>(4)); }};

  const std::unique_ptr<int> taken = std::move(*g.begin());

  EXPECT_EQ(*taken, 4);
}

}  // namespace
