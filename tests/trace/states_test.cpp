#include "trace/words/states.hpp"

#include <gtest/gtest.h>

#include <string>

namespace weft::diary {
namespace {

// One row and one column per state; x where the transition is legal.
TEST(States, TransitionTableIsThisAndNothingElse) {
  using s = coroutine_status;
  const s all[] = {s::none, s::ready, s::running, s::blocked, s::done, s::failed, s::cancelled};
  const std::string expected =
      "none      .x.x...\n"
      "ready     ..x....\n"
      "running   .x.xxxx\n"
      "blocked   .x.....\n"
      "done      .......\n"
      "failed    .......\n"
      "cancelled .......\n";

  std::string table;
  for (const s from : all) {
    std::string row(to_text(from));
    row.resize(10, ' ');
    for (const s to : all) row += legal_transition(from, to) ? 'x' : '.';
    table += row + "\n";
  }

  EXPECT_EQ(table, expected);
}

TEST(States, OnlyTheLastThreeHaveEnded) {
  EXPECT_FALSE(ended(coroutine_status::none));
  EXPECT_FALSE(ended(coroutine_status::blocked));
  EXPECT_TRUE(ended(coroutine_status::done));
  EXPECT_TRUE(ended(coroutine_status::failed));
  EXPECT_TRUE(ended(coroutine_status::cancelled));
}

TEST(States, EveryWaitReasonHasAWordThatLeadsBack) {
  for (std::uint8_t i = 0; i < wait_reason_count; ++i) {
    const auto reason = static_cast<wait_reason>(i);
    EXPECT_NE(to_text(reason), "?");
    EXPECT_EQ(wait_reason_from_text(to_text(reason)), reason);
  }
}

TEST(States, EveryWakeCauseHasAWordThatLeadsBack) {
  for (std::uint8_t i = 0; i < wake_cause_count; ++i) {
    const auto cause = static_cast<wake_cause>(i);
    EXPECT_NE(to_text(cause), "?");
    EXPECT_EQ(wake_cause_from_text(to_text(cause)), cause);
  }
}

TEST(States, EveryObjectKindHasAWordThatLeadsBack) {
  for (std::uint8_t i = 0; i < object_kind_count; ++i) {
    const auto kind = static_cast<object_kind>(i);
    EXPECT_NE(to_text(kind), "?");
    EXPECT_EQ(object_kind_from_text(to_text(kind)), kind);
  }
}

TEST(States, EveryStatusHasAWordThatLeadsBack) {
  for (std::uint8_t i = 0; i <= 6; ++i) {
    const auto status = static_cast<coroutine_status>(i);
    EXPECT_NE(to_text(status), "?");
    EXPECT_EQ(status_from_text(to_text(status)), status);
  }
}

TEST(States, ValuesOfANewerVersionAreShownAsQuestionMarks) {
  EXPECT_EQ(to_text(static_cast<wait_reason>(wait_reason_count)), "?");
  EXPECT_EQ(to_text(static_cast<wake_cause>(wake_cause_count)), "?");
  EXPECT_EQ(to_text(static_cast<object_kind>(object_kind_count)), "?");
  EXPECT_EQ(to_text(static_cast<coroutine_status>(7)), "?");
}

TEST(States, UnknownWordsMeanNone) {
  EXPECT_EQ(status_from_text("asleep"), coroutine_status::none);
  EXPECT_EQ(wait_reason_from_text(""), wait_reason::none);
}

}  // namespace
}  // namespace weft::diary
