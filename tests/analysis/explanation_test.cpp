// Why a coroutine does not run. What is said of good traces is tested with the command (tests/cli/questions_test.cpp).
#include "analysis/explanation.hpp"

#include <gtest/gtest.h>

#include "support/text_traces.hpp"

namespace weft::viz {
namespace {

TEST(Explanation, HasALinkAlsoForAnIdThatNoCoroutineCanHave) {
  const diary::history trace = tests::trace_history("0.0 T0 spawn slot=1 id=0\n0.0 T0 enter to=1\n");
  ASSERT_TRUE(trace.coroutines().empty());

  EXPECT_FALSE(explain(trace, 2, 0, 0).links.empty());
}

}  // namespace
}  // namespace weft::viz
