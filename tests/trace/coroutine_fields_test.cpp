// Every field of a coroutine's state survives checkpoints and copies; every_event_test.cpp takes it through text. The
// list of fields is in trace/state/coroutine_state.hpp.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "support/coroutine_fields.hpp"
#include "trace/file/packed_checkpoint.hpp"
#include "trace/state/scheduler_state.hpp"

namespace weft::diary {
namespace {

using tests::field_texts;

constexpr std::int64_t now_ns = 1'000'000;
constexpr std::uint64_t parent_slot = 1, owner_slot = 7;

TEST(CoroutineFields, AFilledStateHasNoDefaultAndNoValueTwice) {
  const std::vector<std::string> filled = field_texts(tests::filled_coroutine()), fresh = field_texts({});
  std::vector<std::string> seen;

  for (std::size_t i = 0; i < coroutine_field_count; ++i) {
    EXPECT_NE(filled[i], fresh[i]) << coroutine_fields[i].name;
    const bool is_bit = filled[i] == "1";
    EXPECT_TRUE(is_bit || std::count(seen.begin(), seen.end(), filled[i]) == 0) << coroutine_fields[i].name;
    seen.push_back(filled[i]);
  }
}

// A blocked coroutine as a checkpoint can say it: its times are before now, its thread has a state.
coroutine_state wanted() {
  coroutine_state c = tests::filled_coroutine();
  c.thread = 3;
  c.parent = 50;  // the id in parent_slot
  c.deadline_ns = now_ns + 5'000;
  c.since_ns = now_ns - 700;
  c.owner_slot = owner_slot;
  return c;
}

event of(event_type type, std::array<std::uint64_t, max_args> args, std::uint64_t n) {
  event e;
  e.n = e.ordinal = n;
  e.thread = 3;
  e.t_ns = now_ns;
  e.type = type;
  e.args = args;
  return e;
}

std::uint64_t status_and_reason(const coroutine_state& c) {
  return static_cast<std::uint64_t>(c.status) | static_cast<std::uint64_t>(c.reason) << 4;
}

// The state of a reader that begins at this checkpoint: two ready coroutines and `c`.
scheduler_state after_plain(const coroutine_state& c) {
  scheduler_state s;
  const auto ready = static_cast<std::uint64_t>(coroutine_status::ready);
  std::uint64_t n = 5;  // events before it are missing
  const auto apply = [&](event_type type, std::array<std::uint64_t, max_args> args) {
    const auto broken = s.apply(of(type, args, n++));
    EXPECT_FALSE(broken) << broken->text;
  };
  apply(event_type::checkpoint_begin, {3});
  apply(event_type::checkpoint_coroutine, {parent_slot, c.parent, 0, 0, 0, ready});
  apply(event_type::checkpoint_coroutine, {owner_slot, 51, 0, 0, 0, ready});
  apply(event_type::checkpoint_coroutine, {c.slot, c.id, parent_slot, c.name, c.site, status_and_reason(c)});
  apply(event_type::checkpoint_wait,
        {c.object, c.owner_slot, static_cast<std::uint64_t>(c.fd + 1),
         static_cast<std::uint64_t>(*c.deadline_ns - now_ns + 1), static_cast<std::uint64_t>(now_ns - c.since_ns)});
  apply(event_type::checkpoint_ready, {parent_slot});
  apply(event_type::checkpoint_ready, {owner_slot});
  apply(event_type::checkpoint_end, {});
  return s;
}

checkpoint_row row_of(const coroutine_state& c) {
  checkpoint_row r;
  r.slot = c.slot;
  r.id = c.id;
  r.parent = parent_slot;
  r.name = c.name;
  r.site = c.site;
  r.status_and_reason = status_and_reason(c);
  r.object = c.object;
  r.owner = c.owner_slot;
  r.fd_plus_1 = static_cast<std::uint64_t>(c.fd + 1);
  r.remaining_ns_plus_1 = static_cast<std::uint64_t>(*c.deadline_ns - now_ns + 1);
  r.for_ticks = static_cast<std::uint64_t>(now_ns - c.since_ns);
  return r;
}

checkpoint_row ready_row(std::uint64_t slot, std::uint64_t id) {
  checkpoint_row r;
  r.slot = slot;
  r.id = id;
  r.status_and_reason = static_cast<std::uint64_t>(coroutine_status::ready);
  return r;
}

event packed(checkpoint_packer& code, std::uint64_t n, std::string& text, std::uint64_t base_back = 0) {
  text = code.take();
  event e = of(event_type::checkpoint_part,
               {checkpoint_part_first | checkpoint_part_last, 3, 0, 0, base_back, base_back != 0 ? 1u : 0u}, n);
  e.text = text;
  return e;
}

void begin_code(checkpoint_packer& code) {
  code.begin(1'000'000'000, 2);
  code.ready(parent_slot, 0);
  code.ready(owner_slot, 0);
}

scheduler_state after_packed(const coroutine_state& c) {
  checkpoint_packer code;
  begin_code(code);
  code.row(ready_row(parent_slot, c.parent));
  code.row(ready_row(owner_slot, 51));
  code.row(row_of(c));
  code.end_rows();
  std::string text;
  scheduler_state s;
  const auto broken = s.apply(packed(code, 5, text));
  EXPECT_FALSE(broken) << broken->text;
  return s;
}

// `kept`: the coroutine waits as in the base, so the changes do not repeat it.
scheduler_state after_changes(const coroutine_state& c, bool kept) {
  checkpoint_packer base;
  begin_code(base);
  base.row(ready_row(parent_slot, c.parent));
  base.row(ready_row(owner_slot, 51));
  if (kept) base.row(row_of(c));
  base.end_rows();
  std::string base_text, text;
  scheduler_state s;
  event first = packed(base, 5, base_text);
  if (!kept) first.args[1] = 2;
  auto broken = s.apply_base(first);
  EXPECT_FALSE(broken) << broken->text;

  checkpoint_packer changes;
  begin_code(changes);
  changes.drop();
  changes.row(ready_row(parent_slot, c.parent));
  changes.drop();
  changes.row(ready_row(owner_slot, 51));
  kept ? changes.keep() : changes.row(row_of(c));
  changes.end_rows();
  broken = s.apply(packed(changes, 6, text, 1));
  EXPECT_FALSE(broken) << broken->text;
  return s;
}

void expect_what_checkpoints_tell(const scheduler_state& s, const coroutine_state& c) {
  const coroutine_state* const read = s.by_slot(c.slot);
  ASSERT_NE(read, nullptr);
  const std::vector<std::string> got = field_texts(*read), want = field_texts(c), fresh = field_texts({});
  for (std::size_t i = 0; i < coroutine_field_count; ++i) {
    if (coroutine_fields[i].by != told_by::checkpoint) continue;
    EXPECT_EQ(got[i], want[i]) << coroutine_fields[i].name << " is lost";
    EXPECT_NE(want[i], fresh[i]) << coroutine_fields[i].name << " is not tested";
  }
}

TEST(CoroutineFields, APlainCheckpointTellsThem) { expect_what_checkpoints_tell(after_plain(wanted()), wanted()); }

TEST(CoroutineFields, APackedCheckpointTellsThem) { expect_what_checkpoints_tell(after_packed(wanted()), wanted()); }

TEST(CoroutineFields, ACheckpointOfChangesTellsThemOfNewcomers) {
  expect_what_checkpoints_tell(after_changes(wanted(), false), wanted());
}

TEST(CoroutineFields, ACheckpointOfChangesKeepsThemOfThoseWhoStillWait) {
  expect_what_checkpoints_tell(after_changes(wanted(), true), wanted());
}

TEST(CoroutineFields, ACopyOfAStateHasThem) {
  const scheduler_state s = after_plain(wanted());
  const scheduler_state copy = s;  // NOLINT(performance-unnecessary-copy-initialization): it is what is tested

  ASSERT_EQ(copy.live_count(), s.live_count());
  for (const coroutine_state* c : s.coroutines()) EXPECT_EQ(field_texts(*copy.by_slot(c->slot)), field_texts(*c));
}

}  // namespace
}  // namespace weft::diary
