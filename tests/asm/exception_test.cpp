// C++ exceptions on stacks of our own. libstdc++ stores its list of caught exceptions per thread. The scheduler
// exchanges that list, so no test here switches while an exception is being handled.
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <stdexcept>
#include <string>

#include "ping_pong.hpp"

namespace weft::testing {
namespace {

void throw_text(void* text) { throw std::runtime_error(static_cast<const char*>(text)); }
char hello[] = "hello";

TEST(Exception, IsCaughtInTheContextThatThrewIt) {
  std::string caught;
  partner other([&](partner&) {
    try {
      throw_text(hello);
    } catch (const std::runtime_error& error) {
      caught = error.what();
    }
  });

  other.resume();

  EXPECT_EQ(caught, "hello");
  EXPECT_TRUE(other.ended());
}

TEST(Exception, UnwindsThroughFramesThatHaveSwitched) {
  std::string caught;
  bool destroyed = false;
  struct guard {
    bool& flag;
    ~guard() { flag = true; }
  };
  partner other([&](partner& self) {
    try {
      const guard inside{destroyed};
      self.back();
      throw_text(hello);
    } catch (const std::runtime_error& error) {
      caught = error.what();
    }
  });

  other.resume();
  other.resume();

  EXPECT_EQ(caught, "hello");
  EXPECT_TRUE(destroyed);
}

TEST(Exception, ThrownByTheFunctionUnwindsIntoTheSuspendedContext) {
  std::string caught;
  bool destroyed = false;
  struct guard {
    bool& flag;
    ~guard() { flag = true; }
  };
  partner other([&](partner& self) {
    try {
      const guard inside{destroyed};
      self.back();
      caught = "nothing";
    } catch (const std::runtime_error& error) {
      caught = error.what();
    }
  });
  other.resume();

  other.resume_with(&throw_text, hello);

  EXPECT_EQ(caught, "hello");
  EXPECT_TRUE(destroyed);
  EXPECT_TRUE(other.ended());
}

TEST(Exception, ThrownByTheFunctionUnwindsIntoTheThreadsOwnStack) {
  partner other([](partner& self) { self.back_with(&throw_text, hello); });

  EXPECT_THROW(other.resume(), std::runtime_error);
}

TEST(Exception, RegistersAreRightInTheCatchBlock) {
  std::string result;
  partner other([&](partner& self) {
    volatile int seed = 3;
    const int a = seed * 2, b = seed * 3, c = seed * 5, d = seed * 7, e = seed * 11, f = seed * 13;
    const double x = seed * 0.5, y = seed * 0.25;
    try {
      self.back();
    } catch (const std::runtime_error&) {
      result = std::to_string(a + b + c + d + e + f) + " " + std::to_string(static_cast<int>((x + y) * 100));
    }
  });
  other.resume();

  other.resume_with(&throw_text, hello);

  EXPECT_EQ(result, "123 225");
}

TEST(ExceptionDeathTest, ThrownIntoAContextThatNeverRanTerminates) {
  const auto throw_into_new_context = [] {
    std::set_terminate([] {
      std::fputs("terminated\n", stderr);
      std::abort();
    });
    partner other([](partner&) {});
    other.resume_with(&throw_text, hello);
  };

  EXPECT_DEATH(throw_into_new_context(), "terminated");
}

}  // namespace
}  // namespace weft::testing
