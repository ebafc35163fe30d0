// Generators: errors thrown in and errors of the function.
#include <gtest/gtest.h>

#include <cerrno>
#include <exception>
#include <stdexcept>
#include <string>

#include "strand/generator_helpers.hpp"
#include "weft/generator.hpp"

namespace {

using weft::generator;
using weft::generator_status;
using weft::tests::counting;
using weft::tests::message_of;
using weft::tests::strings;

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

}  // namespace
