// with_timeout: a function under a timeout.
#include "weft/timeout.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>

#include "support/recorded.hpp"
#include "weft/this_coroutine.hpp"

namespace weft {
namespace {

using namespace std::chrono_literals;
using support::simulation;

class Timeout : public testing::Test {
 protected:
  simulation sim;

  // Time passes without a suspension.
  void hog(std::chrono::nanoseconds d) { sim.clock.advance(d); }
};

class WithTimeout : public Timeout {};

TEST_F(WithTimeout, ReturnsWhatTheFunctionReturns) {
  sim.run([] {
    EXPECT_EQ(with_timeout(1s, [] { return std::string("in time"); }), "in time");
    EXPECT_EQ(*with_timeout(1s, [] { return std::make_unique<int>(4); }), 4);
  });
}

TEST_F(WithTimeout, RunsInTheSameCoroutine) {
  sim.run([] {
    const std::uint64_t me = this_coroutine::id();
    with_timeout(1s, [&] { EXPECT_EQ(this_coroutine::id(), me); });
  });
}

TEST_F(WithTimeout, ThrowsTimeoutError) {
  sim.run([&] {
    EXPECT_THROW(with_timeout(10ms, [] { sleep_for(1h); }), timeout_error);
    EXPECT_EQ(sim.clock.elapsed(), 10ms);
  });
}

TEST_F(WithTimeout, ZeroThrowsWithoutCalling) {
  sim.run([&] {
    bool called = false;
    EXPECT_THROW(with_timeout(0s, [&] { called = true; }), timeout_error);
    EXPECT_THROW(with_timeout(-1s, [&] { called = true; }), timeout_error);
    EXPECT_FALSE(called);
  });
}

TEST_F(WithTimeout, WhatIsThrownWhileUnwindingReplacesTheError) {
  sim.run([&] {
    const auto f = [] {
      try {
        sleep_for(1h);
      } catch (const timeout_error&) {
        throw std::domain_error("while unwinding");
      }
    };
    EXPECT_THROW(with_timeout(10ms, f), std::domain_error);
  });
}

TEST_F(WithTimeout, PassesTheFunctionsOwnError) {
  sim.run([&] { EXPECT_THROW(with_timeout(1s, [] { throw std::out_of_range("x"); }), std::out_of_range); });
}

TEST_F(WithTimeout, OneThatSwallowsTheErrorReturns) {
  sim.run([&] {
    EXPECT_EQ(with_timeout(10ms,
                           [] {
                             try {
                               sleep_for(1h);
                             } catch (const timeout_error&) {
                             }
                             return 1;
                           }),
              1);
  });
}

TEST_F(WithTimeout, AnOuterScopesErrorPassesThroughTheInner) {
  sim.run([&] {
    timeout_scope outer(10ms);
    try {
      with_timeout(20ms, [] { sleep_for(1h); });
      ADD_FAILURE();
    } catch (const timeout_error& e) {
      EXPECT_EQ(e.scope(), &outer);
    }
  });
}

}  // namespace
}  // namespace weft
