// When a thread's next checkpoint is due, and in which form.
#include "record/checkpoint_policy.hpp"

#include <gtest/gtest.h>

#include <ostream>
#include <string>
#include <vector>

namespace weft::record {
namespace {

using form = checkpoint_policy::form;

constexpr std::uint64_t ms = 1'000'000;  // one tick is one ns

recording_progress at(std::uint64_t ticks, std::uint64_t ordinal, std::uint64_t bytes) {
  recording_progress p;
  p.ticks = ticks;
  p.ticks_per_second = 1'000'000'000;
  p.ordinal = ordinal;
  p.bytes = bytes;
  return p;
}

recording_progress in_ring(recording_progress p, std::uint64_t generation_bytes) {
  p.generation_bytes = generation_bytes;
  return p;
}

recording_progress with_lost(recording_progress p, std::uint64_t lost) {
  p.lost = p.lost_before_next = lost;
  return p;
}

// A checkpoint that took so many bytes, events and ticks.
void write(checkpoint_policy& policy, form f, std::uint64_t count, recording_progress from, std::uint64_t bytes,
           std::uint64_t events = 1, std::uint64_t ticks = 1'000) {
  policy.begin(from);
  from.bytes += bytes;
  from.ordinal += events;
  from.ticks += ticks;
  policy.end(f, count, from);
}

struct due_row {
  const char* name;
  std::uint64_t live;
  recording_progress now;
  bool is_due;

  friend void PrintTo(const due_row& r, std::ostream* out) { *out << r.name; }
};

const std::vector<due_row> first_ones{
    {"NotAtOnce", 10, at(1 * ms, 100, 500), false},
    {"AfterManyEvents", 10, at(1 * ms, 65'000, 300'000), true},
    {"AfterASecond", 10, at(1'000 * ms, 100, 500), true},
    {"NotIfItWereMoreThanATwentieth", 1'000'000, at(1'000 * ms, 65'000, 300'000), false},
    {"InARingWhenTheGenerationHasItsShare", 10, in_ring(at(1 * ms, 100, 70'000), 65'536), true},
    {"NotBefore", 10, in_ring(at(1 * ms, 100, 60'000), 65'536), false},
    {"InARingThatHasNoRoom", 10, with_lost(in_ring(at(1 * ms, 100, 500), 65'536), 1), true},
    {"NotInARingThatCannotHoldOne", 1'000'000, in_ring(at(1 * ms, 100, 70'000), 65'536), false},
};

class FirstCheckpoint : public testing::TestWithParam<due_row> {};

TEST_P(FirstCheckpoint, IsDue) {
  checkpoint_policy policy(0);

  EXPECT_EQ(policy.is_due(GetParam().now, GetParam().live), GetParam().is_due);
}

INSTANTIATE_TEST_SUITE_P(Rows, FirstCheckpoint, testing::ValuesIn(first_ones),
                         [](const auto& p) { return p.param.name; });

TEST(CheckpointPolicy, CountsFromWhereTheRecordingStarted) {
  checkpoint_policy policy(5'000 * ms);

  EXPECT_FALSE(policy.is_due(at(5'999 * ms, 100, 500), 10));
  EXPECT_TRUE(policy.is_due(at(6'000 * ms, 100, 500), 10));
}

TEST(CheckpointPolicy, RestsFourTimesAsLongAsTheLastOneLasted) {
  checkpoint_policy policy(0);
  const recording_progress from = in_ring(at(0, 100, 500), 65'536);
  write(policy, form::plain, 1'000'000, from, 600, 3, 2 * ms);

  EXPECT_FALSE(policy.is_due(in_ring(at(9 * ms, 200, 100'000), 65'536), 10));
  EXPECT_TRUE(policy.is_due(in_ring(at(10 * ms, 200, 100'000), 65'536), 10));
}

TEST(CheckpointPolicy, ButNoLongerThanForItsUsualTime) {
  checkpoint_policy policy(0);
  const recording_progress from = in_ring(at(0, 100, 500), 65'536);
  write(policy, form::plain, 1'000, from, 600, 3, 50 * ms);  // the thread was preempted meanwhile

  EXPECT_TRUE(policy.is_due(in_ring(at(51 * ms, 200, 100'000), 65'536), 10));
}

TEST(CheckpointPolicy, AfterALargeOneWaitsUntilItIsATwentieth) {
  checkpoint_policy policy(0);
  ASSERT_TRUE(policy.is_due(at(1'000 * ms, 100, 500), 10));
  write(policy, form::packed, 1'000, at(1'000 * ms, 100, 500), 100'000);

  EXPECT_FALSE(policy.is_due(at(3'000 * ms, 200'000, 1'000'000), 1'000));
  EXPECT_TRUE(policy.is_due(at(3'000 * ms, 200'000, 2'000'000), 1'000));
}

TEST(CheckpointPolicy, OneThatItDidNotAskForCostsNoShare) {
  checkpoint_policy policy(0);
  write(policy, form::plain, 10, at(0, 0, 0), 500'000);

  EXPECT_TRUE(policy.is_due(at(2'000 * ms, 70'000, 900'000), 10));
}

struct form_row {
  const char* name;
  std::vector<form> written;
  bool forgets;
  recording_progress now;
  form expected;

  friend void PrintTo(const form_row& r, std::ostream* out) { *out << r.name; }
};

const std::vector<form_row> forms{
    {"PackedIfAllIsKnown", {}, false, at(1 * ms, 100, 500), form::packed},
    {"PlainIfSomebodyLivedBefore", {}, true, at(1 * ms, 100, 500), form::plain},
    {"ChangesAfterAPackedOne", {form::packed}, false, at(1 * ms, 100, 5'000), form::packed_changes},
    {"ChangesAfterAPlainOne", {form::plain}, false, at(1 * ms, 100, 5'000), form::packed_changes},
    {"PackedWhenTheChangesAreAsLargeAsTheirBase",
     {form::packed, form::packed_changes},
     false,
     at(1 * ms, 100, 5'000),
     form::packed},
    {"PlainAfterALoss", {form::packed}, false, with_lost(at(1 * ms, 100, 5'000), 2), form::plain},
    {"PlainWhereAGenerationStarts", {form::packed}, false, in_ring(at(1 * ms, 100, 70'000), 65'536), form::plain},
};

class FormOfCheckpoint : public testing::TestWithParam<form_row> {};

TEST_P(FormOfCheckpoint, IsTheSmallestThatItsReadersUnderstand) {
  checkpoint_policy policy(0);
  if (GetParam().forgets) policy.forget_past();
  for (const form f : GetParam().written) write(policy, f, 10, at(0, 50, 400), 100);

  EXPECT_EQ(policy.form_of_next(GetParam().now, 10), GetParam().expected);
}

INSTANTIATE_TEST_SUITE_P(Rows, FormOfCheckpoint, testing::ValuesIn(forms), [](const auto& p) { return p.param.name; });

TEST(CheckpointPolicy, TellsTheBaseOfChanges) {
  checkpoint_policy policy(0);
  write(policy, form::packed, 10, at(0, 50, 400), 100, 3);

  policy.begin(at(1 * ms, 90, 5'000));

  EXPECT_EQ(policy.distance_to_base(), 40u);
  EXPECT_EQ(policy.events_of_base(), 3u);
}

TEST(CheckpointPolicy, AGenerationNeedsAPlainOneAndHasNoBase) {
  checkpoint_policy policy(0);
  write(policy, form::packed, 10, at(0, 50, 400), 100);

  policy.begin_generation(500);

  EXPECT_EQ(policy.events_of_base(), 0u);
  EXPECT_EQ(policy.form_of_next(in_ring(at(1 * ms, 60, 600), 65'536), 10), form::plain);
}

}  // namespace
}  // namespace weft::record
