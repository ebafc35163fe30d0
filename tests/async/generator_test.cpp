#include "weft/generator.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <memory>
#include <ranges>
#include <string>
#include <thread>
#include <vector>

#include "weft/mutex.hpp"
#include "weft/run.hpp"
#include "weft/task.hpp"
#include "weft/this_coroutine.hpp"

namespace {

using weft::generator;
using weft::generator_status;
using strings = std::vector<std::string>;

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

// Adds a word to a list when it is destroyed.
struct says {
  strings& to;
  std::string word;
  ~says() { to.push_back(word); }
};

// Collects what goes to the unhandled handler.
class unhandled_lines {
 public:
  unhandled_lines()
      : before_(weft::set_unhandled_handler(
            [this](std::exception_ptr, std::string_view line) { lines.emplace_back(line); })) {}
  ~unhandled_lines() { weft::set_unhandled_handler(before_); }
  strings lines;

 private:
  weft::unhandled_handler before_;
};

std::string message_of(auto&& f) {
  try {
    f();
  } catch (const std::exception& e) {
    return e.what();
  }
  return "nothing was thrown";
}

generator<int> counting(int count) {
  return generator<int>{[count](auto& y) {
    for (int i = 1; i <= count; ++i) y(i);
  }};
}

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
  // It can only be started by throw_in, which does not enter it: what is left is that it compiles and closes.
  generator<int, must_be_given> g{[](auto& y) { y(1); }};

  EXPECT_THROW(g.send(must_be_given(1)), std::logic_error);
}

// ---- errors

TEST(GeneratorErrors, AnErrorLeavesNextOnceThenItIsAtItsEnd) {
  generator<int> g{[](auto& y) {
    y(1);
    throw std::runtime_error("broken");
  }};
  g.next();

  EXPECT_EQ(message_of([&] { g.next(); }), "broken");
  EXPECT_EQ(g.next(), std::nullopt);
  EXPECT_EQ(g.status(), generator_status::closed);
}

TEST(GeneratorErrors, ThrowInComesOutOfTheYield) {
  std::string caught;
  generator<int> g{[&](auto& y) {
    try {
      y(1);
    } catch (const std::runtime_error& e) {
      caught = e.what();
    }
    y(2);
  }};
  g.next();

  EXPECT_EQ(g.throw_in(std::make_exception_ptr(std::runtime_error("in"))), 2);
  EXPECT_EQ(caught, "in");
}

TEST(GeneratorErrors, ThrowInThatIsNotCaughtComesBackToTheCaller) {
  generator<int> g = counting(3);
  g.next();

  EXPECT_THROW(g.throw_in(std::make_exception_ptr(std::out_of_range("x"))), std::out_of_range);
  EXPECT_EQ(g.status(), generator_status::closed);
}

TEST(GeneratorErrors, ThrowInThatIsCaughtBeforeTheEndIsEmpty) {
  generator<int> g{[](auto& y) {
    try {
      y(1);
    } catch (const std::runtime_error&) {
    }
  }};
  g.next();

  EXPECT_EQ(g.throw_in(std::make_exception_ptr(std::runtime_error("x"))), std::nullopt);
}

TEST(GeneratorErrors, ThrowInOnACreatedOneThrowsItAndTheFunctionNeverRuns) {
  bool ran = false;
  generator<int> g{[&](auto&) { ran = true; }};

  EXPECT_THROW(g.throw_in(std::make_exception_ptr(std::out_of_range("x"))), std::out_of_range);
  EXPECT_EQ(g.status(), generator_status::closed);
  EXPECT_EQ(g.next(), std::nullopt);
  EXPECT_FALSE(ran);
}

TEST(GeneratorErrors, ThrowInOnAClosedOneThrowsIt) {
  generator<int> g = counting(0);
  g.next();

  EXPECT_THROW(g.throw_in(std::make_exception_ptr(std::out_of_range("x"))), std::out_of_range);
}

TEST(GeneratorErrors, ThrowInOfNothingIsRefused) {
  generator<int> g = counting(1);

  EXPECT_THROW(g.throw_in(nullptr), std::invalid_argument);
}

TEST(GeneratorErrors, AGeneratorExitThatIsThrownInIsAnErrorLikeAnyOther) {
  generator<int> g = counting(2);
  g.next();

  EXPECT_THROW(g.throw_in(std::make_exception_ptr(weft::generator_exit())), weft::generator_exit);
}

TEST(GeneratorErrors, NextFromInsideItselfIsThrownIntoTheFunctionWhichSurvives) {
  std::string message;
  generator<int> g;
  g = generator<int>{[&](auto& y) {
    message = message_of([&] { g.next(); });
    y(1);
  }};

  EXPECT_EQ(g.next(), 1);
  EXPECT_EQ(message, "generator already executing");
  EXPECT_EQ(g.next(), std::nullopt);
}

TEST(GeneratorErrors, SendAndCloseFromInsideItselfAreRefused) {
  strings messages;
  generator<int, int> g;
  g = generator<int, int>{[&](auto& y) {
    messages.push_back(message_of([&] { g.send(1); }));
    messages.push_back(message_of([&] { g.close(); }));
    y(1);
  }};

  EXPECT_EQ(g.next(), 1);
  EXPECT_EQ(messages, (strings{"generator already executing", "generator already executing"}));
}

TEST(GeneratorErrors, YieldWhenTheGeneratorDoesNotRunIsALogicError) {
  generator<int>::yielder* kept = nullptr;
  generator<int> g{[&](auto& y) {
    kept = &y;
    y(1);
  }};
  g.next();

  EXPECT_THROW((*kept)(2), std::logic_error);
  EXPECT_EQ(g.next(), std::nullopt);
  EXPECT_THROW((*kept)(2), std::logic_error);
}

TEST(GeneratorErrors, AYieldInsideACatchBlockKeepsTheExceptionsOfBothSidesApart) {
  std::string rethrown;
  generator<int> g{[&](auto& y) {
    try {
      throw std::runtime_error("inner");
    } catch (...) {
      y(1);
      rethrown = message_of([] { throw; });
    }
  }};

  try {
    throw std::runtime_error("outer");
  } catch (...) {
    g.next();
    EXPECT_EQ(message_of([] { throw; }), "outer");
  }
  g.next();

  EXPECT_EQ(rethrown, "inner");
}

TEST(GeneratorErrors, AGeneratorConsumedWhileAnErrorUnwindsDoesNotSeeThatError) {
  struct consumes_at_end {
    int& seen;
    ~consumes_at_end() {
      generator<int> g{[](auto& y) { y(std::uncaught_exceptions()); }};
      seen = *g.next();
    }
  };
  int seen = -1;

  EXPECT_THROW(
      {
        consumes_at_end at_end{seen};
        throw std::runtime_error("x");
      },
      std::runtime_error);

  EXPECT_EQ(seen, 0);
}

TEST(GeneratorErrors, ErrnoBelongsToEachSide) {
  int inside = -1;
  generator<int> g{[&](auto& y) {
    errno = ENOENT;
    y(1);
    inside = errno;
  }};

  errno = EBADF;
  g.next();
  EXPECT_EQ(errno, EBADF);
  g.next();

  EXPECT_EQ(inside, ENOENT);
}

// ---- close and destruction

TEST(GeneratorClose, UnwindsTheFunctionInnerFirst) {
  strings order;
  generator<int> g{[&](auto& y) {
    const says outer{order, "outer"};
    const says inner{order, "inner"};
    y(1);
  }};
  g.next();

  g.close();

  EXPECT_EQ(order, (strings{"inner", "outer"}));
  EXPECT_EQ(g.status(), generator_status::closed);
}

TEST(GeneratorClose, UnwindsAConsumedGeneratorBeforeItsConsumer) {
  strings order;
  generator<int> g{[&](auto& y) {
    const says outer{order, "outer"};
    generator<int> sub{[&](auto& z) {
      const says inner{order, "inner"};
      z(1);
    }};
    y.from(sub);
  }};
  g.next();

  g.close();

  EXPECT_EQ(order, (strings{"inner", "outer"}));
}

TEST(GeneratorClose, ThrowsGeneratorExitWhichIsNotAStdException) {
  bool as_std = false;
  bool as_exit = false;
  generator<int> g{[&](auto& y) {
    try {
      try {
        y(1);
      } catch (const std::exception&) {
        as_std = true;
      }
    } catch (const weft::generator_exit&) {
      as_exit = true;
      throw;
    }
  }};
  g.next();

  g.close();

  EXPECT_FALSE(as_std);
  EXPECT_TRUE(as_exit);
}

TEST(GeneratorClose, OfACreatedOneDestroysTheFunctionWithoutRunningIt) {
  strings order;
  bool ran = false;
  generator<int> g{[&, at_end = std::make_unique<says>(says{order, "function"})](auto&) { ran = true; }};
  order.clear();

  g.close();

  EXPECT_FALSE(ran);
  EXPECT_EQ(order, strings{"function"});
  EXPECT_EQ(g.next(), std::nullopt);
}

TEST(GeneratorClose, TwiceIsHarmless) {
  generator<int> g = counting(3);
  g.next();

  g.close();
  g.close();

  EXPECT_EQ(g.next(), std::nullopt);
}

TEST(GeneratorClose, AYieldInAnswerIsARuntimeErrorAndItStaysSuspended) {
  generator<int> g{[](auto& y) {
    try {
      y(1);
    } catch (const weft::generator_exit&) {
      y(2);
    }
    y(3);
  }};
  g.next();

  EXPECT_EQ(message_of([&] { g.close(); }), "generator ignored GeneratorExit");
  EXPECT_EQ(g.status(), generator_status::suspended);
  EXPECT_EQ(g.next(), 3);
}

TEST(GeneratorClose, AnErrorInAnswerComesOut) {
  generator<int> g{[](auto& y) {
    try {
      y(1);
    } catch (const weft::generator_exit&) {
      throw std::runtime_error("at close");
    }
  }};
  g.next();

  EXPECT_EQ(message_of([&] { g.close(); }), "at close");
}

TEST(GeneratorClose, ReturningInAnswerIsFineAndGivesAResult) {
  generator<int, void, int> g{[](auto& y) {
    try {
      y(1);
    } catch (const weft::generator_exit&) {
    }
    return 8;
  }};
  g.next();

  g.close();

  EXPECT_EQ(g.result(), 8);
}

TEST(GeneratorClose, TheDestructorCloses) {
  strings order;
  {
    generator<int> g{[&](auto& y) {
      const says at_end{order, "unwound"};
      y(1);
    }};
    g.next();
  }
  EXPECT_EQ(order, strings{"unwound"});
}

TEST(GeneratorClose, TheDestructorReportsAnIgnoredExit) {
  unhandled_lines unhandled;
  {
    generator<int> g{[](auto& y) {
      for (;;) {
        try {
          y(1);
        } catch (const weft::generator_exit&) {
        }
      }
    }};
    g.next();
  }
  ASSERT_EQ(unhandled.lines.size(), 1U);
  EXPECT_NE(unhandled.lines[0].find("generator ignored GeneratorExit"), std::string::npos) << unhandled.lines[0];
}

TEST(GeneratorClose, TheDestructorReportsAnErrorThatLeavesTheFunction) {
  unhandled_lines unhandled;
  {
    generator<int> g{[](auto& y) {
      try {
        y(1);
      } catch (const weft::generator_exit&) {
        throw std::runtime_error("while closing");
      }
    }};
    g.next();
  }
  ASSERT_EQ(unhandled.lines.size(), 1U);
  EXPECT_NE(unhandled.lines[0].find("while closing"), std::string::npos) << unhandled.lines[0];
}

TEST(GeneratorClose, TheDestructorWorksWhileAnErrorUnwinds) {
  strings order;

  EXPECT_THROW(
      {
        generator<int> g([&](auto& y) {
          const says at_end{order, "unwound"};
          y(1);
        });
        g.next();
        throw std::out_of_range("x");
      },
      std::out_of_range);

  EXPECT_EQ(order, strings{"unwound"});
}

TEST(GeneratorClose, TheFunctionIsDestroyedWhenTheGeneratorEnds) {
  auto watched = std::make_shared<int>(1);
  generator<int> g{[watched](auto& y) { y(1); }};
  g.next();
  EXPECT_EQ(watched.use_count(), 2);

  g.next();

  EXPECT_EQ(watched.use_count(), 1);
}

TEST(GeneratorClose, OneThatDestroysItselfWhileItRunsUnwindsAtItsNextYield) {
  strings order;
  auto g = std::make_unique<generator<int>>();
  *g = generator<int>{[&](auto& y) {
    const says at_end{order, "unwound"};
    g.reset();
    order.push_back("destroyed");
    y(1);
    order.push_back("not reached");
  }};

  EXPECT_EQ(g->next(), std::nullopt);
  EXPECT_EQ(order, (strings{"destroyed", "unwound"}));
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

// ---- delegation

TEST(GeneratorFrom, YieldsWhatTheOtherYieldsAndReturnsItsResult) {
  int result = 0;
  generator<int> g{[&](auto& y) {
    generator<int, void, int> sub{[](auto& z) {
      z(1);
      z(2);
      return 30;
    }};
    result = y.from(sub);
    y(3);
  }};

  std::vector<int> seen;
  for (const int value : g) seen.push_back(value);

  EXPECT_EQ(seen, (std::vector{1, 2, 3}));
  EXPECT_EQ(result, 30);
}

TEST(GeneratorFrom, SendGoesToTheOther) {
  strings got;
  generator<int, std::string> g{[&](auto& y) {
    generator<int, std::string> sub{[&](auto& z) { got.push_back(z(1)); }};
    y.from(sub);
    got.push_back("outer " + y(2));
  }};
  g.next();

  EXPECT_EQ(g.send("a"), 2);
  g.send("b");

  EXPECT_EQ(got, (strings{"a", "outer b"}));
}

TEST(GeneratorFrom, ThrowInGoesToTheOther) {
  std::string caught;
  generator<int> g{[&](auto& y) {
    generator<int> sub{[&](auto& z) {
      try {
        z(1);
      } catch (const std::runtime_error& e) {
        caught = e.what();
        z(2);
      }
    }};
    y.from(sub);
  }};
  g.next();

  EXPECT_EQ(g.throw_in(std::make_exception_ptr(std::runtime_error("down"))), 2);
  EXPECT_EQ(caught, "down");
}

TEST(GeneratorFrom, AnErrorOfTheOtherComesOutOfFrom) {
  std::string caught;
  generator<int> g{[&](auto& y) {
    caught = message_of([&] {
      y.from(generator<int>{[](auto& z) {
        z(1);
        throw std::runtime_error("up");
      }});
    });
    y(2);
  }};
  g.next();

  EXPECT_EQ(g.next(), 2);
  EXPECT_EQ(caught, "up");
}

TEST(GeneratorFrom, CloseClosesTheOtherFirst) {
  strings order;
  generator<int> sub{[&](auto& z) {
    const says at_end{order, "sub"};
    z(1);
  }};
  generator<int> g{[&](auto& y) {
    const says at_end{order, "outer"};
    y.from(sub);
  }};
  g.next();

  g.close();

  EXPECT_EQ(sub.status(), generator_status::closed);
  EXPECT_EQ(order, (strings{"sub", "outer"}));
}

TEST(GeneratorFrom, AStartedOneGoesOnWhereItIs) {
  generator<int> sub = counting(3);
  sub.next();
  generator<int> g{[&](auto& y) { y.from(sub); }};

  EXPECT_EQ(g.next(), 2);
}

TEST(GeneratorFrom, ARange) {
  generator<int> g{[](auto& y) {
    y.from(std::vector{1, 2});
    y.from(std::views::iota(3, 5));
  }};

  std::vector<int> seen;
  std::ranges::copy(g, std::back_inserter(seen));

  EXPECT_EQ(seen, (std::vector{1, 2, 3, 4}));
}

TEST(GeneratorFrom, AGeneratorOfAnotherTypeIsARange) {
  generator<double> g{[](auto& y) { y.from(counting(2)); }};

  EXPECT_EQ(g.next(), 1.0);
  EXPECT_EQ(g.next(), 2.0);
}

TEST(GeneratorFrom, ManyLevels) {
  struct chain {
    static generator<int> of(int depth) {
      return generator<int>{[depth](auto& y) {
        y(depth);
        if (depth > 0) y.from(chain::of(depth - 1));
      }};
    }
  };
  generator<int> g = chain::of(50);

  const auto count = std::ranges::distance(g);

  EXPECT_EQ(count, 51);
}

// ---- a yield across levels

// A generator that iterates an inner one, on whose stack the outer's yielder is called.
generator<std::string> across_levels(strings* log = nullptr) {
  return generator<std::string>{[log](auto& y) {
    generator<int> inner{[&](auto& z) {
      y("from inside");
      if (log != nullptr) log->push_back("inner goes on");
      z(1);
    }};
    for (const int value : inner) y("inner yielded " + std::to_string(value));
  }};
}

TEST(GeneratorLevels, TheOutersYieldOnTheInnersStackSuspendsBoth) {
  generator<std::string> g = across_levels();

  EXPECT_EQ(g.next(), "from inside");
  EXPECT_EQ(g.status(), generator_status::suspended);
}

TEST(GeneratorLevels, TheNextNextResumesTheInnerStack) {
  strings log;
  generator<std::string> g = across_levels(&log);
  g.next();

  EXPECT_EQ(g.next(), "inner yielded 1");
  EXPECT_EQ(log, strings{"inner goes on"});
  EXPECT_EQ(g.next(), std::nullopt);
}

TEST(GeneratorLevels, TheStatusOfTheInnerTellsThatItIsSuspendedToo) {
  generator<int> inner;
  generator<int> g{[&](auto& y) {
    inner = generator<int>{[&](auto& z) {
      y(1);
      z(inner.status() == generator_status::running ? 2 : 0);
    }};
    y(*inner.next());
  }};
  g.next();
  EXPECT_EQ(inner.status(), generator_status::suspended);
  EXPECT_EQ(message_of([&] { inner.next(); }), "generator already executing");

  EXPECT_EQ(g.next(), 2);
}

TEST(GeneratorLevels, CloseUnwindsTheInnerThenTheOuter) {
  strings order;
  generator<int> g{[&](auto& y) {
    const says outer{order, "outer"};
    generator<int> inner{[&](auto&) {
      const says at_end{order, "inner"};
      y(1);
    }};
    inner.next();
  }};
  g.next();

  g.close();

  EXPECT_EQ(order, (strings{"inner", "outer"}));
}

TEST(GeneratorLevels, TheInnersYieldWhileBothAreSuspendedIsALogicError) {
  generator<int>::yielder* inner_yield = nullptr;
  generator<int> g{[&](auto& y) {
    generator<int> inner{[&](auto& z) {
      inner_yield = &z;
      y(1);
    }};
    inner.next();
  }};
  g.next();

  EXPECT_THROW((*inner_yield)(5), std::logic_error);
  EXPECT_EQ(g.next(), std::nullopt);
}

TEST(GeneratorLevels, ThreeLevels) {
  generator<int> g{[](auto& y) {
    generator<int> middle{[&](auto& m) {
      generator<int> inner{[&](auto& i) {
        y(1);
        m(2);
        i(3);
      }};
      for (const int value : inner) y(value * 10);
    }};
    for (const int value : middle) y(value * 100);
  }};

  std::vector<int> seen;
  std::ranges::copy(g, std::back_inserter(seen));

  EXPECT_EQ(seen, (std::vector{1, 200, 30}));
}

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
