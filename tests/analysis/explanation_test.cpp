// Why a coroutine does not run. What is said of good traces is tested with the command (tests/cli/questions_test.cpp).
#include "analysis/explanation.hpp"

#include <gtest/gtest.h>

#include "support/text_traces.hpp"

namespace weft::viz {
namespace {

TEST(Explanation, HasALinkAlsoForAnIdThatNoCoroutineCanHave) {
  const diary::history trace = tests::trace_history("0.0 T0 spawn slot=1 id=0\n0.0 T0 enter to=1\n");
  ASSERT_FALSE(trace.coroutines().empty());

  const explanation found = explain(trace, 2, 0, trace.coroutines()[0].id);

  ASSERT_EQ(found.links.size(), 1u);
  EXPECT_EQ(found.links[0].status, diary::coroutine_status::running);
}

}  // namespace
}  // namespace weft::viz
