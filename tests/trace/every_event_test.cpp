// Each event once: whom it is about, whether it changes the state, and that it survives text. An event that is added to
// the schema needs a row here.
#include <gtest/gtest.h>

#include <ostream>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "support/coroutine_fields.hpp"
#include "support/text_traces.hpp"

namespace weft::diary {
namespace {

// Thread 0: main (slot 4, id 41) runs and owns object 9; 5 (52) is ready, 6 (63) waits for object 9, 7 (74) for fd 8.
// Thread 1: nobody runs, 20 (200) is ready. Thread 2 polls. Of thread 4 the beginning is missing.
constexpr const char* before_all =
    "0.0 T0 thread_start tid=77 text=\"loop\"\n"
    "0.0 T0 string id=1 text=\"main\"\n"
    "0.0 T0 object id=9 kind=mutex text=\"ledger\"\n"
    "0.0 T0 spawn slot=6 id=63\n"
    "0.0 T0 spawn slot=7 id=74\n"
    "0.0 T0 spawn slot=4 id=41 called=1\n"
    "0.0 T0 spawn slot=5 id=52\n"
    "0.0 T0 enter to=6\n"
    "0.1 T0 block to=7 reason=mutex object=9\n"
    "0.1 T0 block_fd to=4 reason=fd_readable fd=8\n"
    "0.1 T0 lock_acquired object=9\n"
    "0.1 T1 thread_start tid=78\n"
    "0.1 T1 spawn slot=20 id=200\n"
    "0.1 T2 thread_start tid=79\n"
    "0.1 T2 poll_begin\n"
    "gap T4 7\n"
    "0.1 T4 zone_end\n";

constexpr const char* checkpoint_begins = "0.9 T4 checkpoint_begin count=1\n";
constexpr const char* checkpoint_of_waiter =
    "0.9 T4 checkpoint_begin count=1\n"
    "0.9 T4 checkpoint_coroutine slot=30 id=300 status_and_reason=243\n";
constexpr const char* checkpoint_of_wait =
    "0.9 T4 checkpoint_begin count=1\n"
    "0.9 T4 checkpoint_coroutine slot=30 id=300 status_and_reason=243\n"
    "0.9 T4 checkpoint_wait object=9\n";
constexpr const char* checkpoint_of_ready =
    "0.9 T4 checkpoint_begin count=1\n"
    "0.9 T4 checkpoint_coroutine slot=30 id=300 status_and_reason=1\n";

enum class change { none, state };

struct sample {
  const char* line;  // from the thread on
  std::uint64_t about;
  change changes;
  const char* before = "";

  friend void PrintTo(const sample& s, std::ostream* out) { *out << s.line; }
};

const std::vector<sample> samples{
    {"T3 thread_start tid=80 text=\"other\"", 0, change::state},
    {"T1 thread_stop", 0, change::state},
    {"T0 loss count=3", 41, change::none},
    {"T0 string id=2 text=\"x\"", 41, change::none},
    {"T0 site id=2 file=1 line=3 function=1", 41, change::none},
    {"T0 object id=11 kind=event text=\"opened\"", 41, change::none},
    {"T1 generation number=1 tid=81 text=\"ring\"", 0, change::state},
    {"T0 shuffle_seed seed=5", 41, change::none},
    {"T0 process pid=5 text=\"shop\"", 41, change::state},
    {"T0 spawn slot=8 id=85 parent=4 called=1", 85, change::state},
    {"T0 spawn_after slot=8 id=85 parent=4 delay_ns=9", 85, change::state},
    {"T0 rename slot=5 called=1", 52, change::state},
    {"T0 error text=\"it broke\"", 41, change::none},
    {"T1 enter to=20", 200, change::state},
    {"T0 yield to=5", 41, change::state},
    {"T0 sleep to=5 delay_ns=9", 41, change::state},
    {"T0 block to=5 reason=mutex object=9 owner=4", 41, change::state},
    {"T0 block_fd to=5 reason=fd_writable fd=3", 41, change::state},
    {"T0 finish to=5 status=done", 41, change::state},
    {"T0 time_limit delay_ns=9", 41, change::none},  // the next block has it
    {"T0 wake slot=6 cause=granted object=9", 63, change::state},
    {"T0 wake_fd slot=7 fd=8 ready=readable", 74, change::state},
    {"T0 wake_timer slot=6 cause=timed_out lateness_ns=5", 63, change::state},
    {"T0 wake_remote slot=6 cause=granted object=9 waker_thread_plus_1=2 waker_ordinal=1", 63, change::state},
    {"T1 poll_begin timeout_ns_plus_1=7", 0, change::state},
    {"T2 poll_end ready_fds=1", 0, change::state},
    {"T0 fd_ready fd=8 ready=readable", 41, change::none},
    {"T0 lock_acquired object=12", 41, change::state},
    {"T0 lock_released object=9", 41, change::state},
    {"T0 lock_handed object=9 owner=6", 41, change::state},
    {"T0 queue_put object=10 depth=1", 41, change::state},
    {"T0 queue_get object=10 depth=1", 41, change::state},
    {"T0 event_set object=11", 41, change::state},
    {"T0 event_clear object=11", 41, change::state},
    {"T0 notify_unheard object=11", 41, change::none},
    {"T0 counted object=11 count=2", 41, change::none},
    {"T0 cancel slot=5", 52, change::none},
    {"T0 cancel_delivered", 41, change::none},
    {"T0 scope_expired slot=5 depth=1", 41, change::none},
    {"T0 select_interrupted look=1", 41, change::none},
    {"T0 point_passed check=1", 41, change::none},
    {"T0 socket_listening fd=3 text=\"[::1]:80\"", 41, change::none},
    {"T0 socket_accepted fd=3 text=\"[::1]:80\"", 41, change::none},
    {"T0 socket_connected fd=3 text=\"[::1]:80\"", 41, change::none},
    {"T0 socket_closed fd=3", 41, change::none},
    {"T0 accept_backoff fd=3 errno=24 delay_ns=9", 41, change::none},
    {"T0 input_at_once fd=3", 41, change::none},
    {"T0 offload_begin job=1", 41, change::none},
    {"T0 offload_end job=1", 41, change::none},
    {"T1 take_over slot=5 from_thread=0", 52, change::state},
    {"T0 libc_call fd_plus_1=4 result=-1 errno=11 text=\"read\"", 41, change::none},
    {"T0 stack_mark slot=5 used_bytes=9 reserved_bytes=99", 52, change::none},
    {"T0 zone_begin zone=1", 41, change::none},
    {"T0 zone_end", 41, change::none},
    {"T0 mark text=\"here\"", 41, change::none},
    {"T0 counter counter=1 value=2.5", 41, change::none},
    {"T4 checkpoint_begin count=1", 0, change::none},
    {"T4 checkpoint_coroutine slot=30 id=300 status_and_reason=243", 300, change::state, checkpoint_begins},
    {"T4 checkpoint_wait object=9 for_ns=7", 0, change::state, checkpoint_of_waiter},
    {"T4 checkpoint_ready slot=30 for_ns=7", 300, change::state, checkpoint_of_ready},
    {"T4 checkpoint_owner object=12 owner=30", 0, change::state, checkpoint_of_ready},
    {"T4 checkpoint_end", 0, change::state, checkpoint_of_wait},
    {"T4 checkpoint_object object=10 depth=3", 0, change::state, checkpoint_of_ready},
    {"T4 checkpoint_part flags=3 text=\"\"", 0, change::none},
};

std::string name_of(const sample& s) {
  const std::string line = std::string(s.line) + ' ';
  return line.substr(3, line.find(' ', 3) - 3);
}

std::string described(const scheduler_state& s) {
  std::string text;
  for (const coroutine_state* c : s.coroutines()) {
    for (const std::string& value : tests::field_texts(*c)) text += value + ' ';
    text += '\n';
  }
  for (const thread_state& t : s.threads()) {
    text += std::to_string(t.started) + std::to_string(t.stopped) + std::to_string(t.polling) + ' ' +
            std::to_string(t.tid) + ' ' + t.name + ' ' + std::to_string(t.pid) + ' ' + t.program + " runs " +
            std::to_string(t.running_slot) + " ready";
    for (const std::uint64_t slot : t.ready) text += ' ' + std::to_string(slot);
    text += '\n';
  }
  for (const auto& [id, o] : s.objects()) {
    text += std::to_string(id) + " of " + std::to_string(o.owner_slot) + " depth " +
            (o.depth ? std::to_string(*o.depth) : "-") + " set " + (o.is_set ? std::to_string(*o.is_set) : "-");
    for (const std::uint64_t slot : o.waiters) text += ' ' + std::to_string(slot);
    text += '\n';
  }
  return text;
}

TEST(EveryEvent, HasOneRowHere) {
  std::multiset<std::string> names;
  for (const sample& s : samples) names.insert(name_of(s));

  for (const event_schema& s : all_event_schemas()) {
    EXPECT_EQ(names.count(std::string(s.name)), 1u)
        << s.name << ": add a line of it to the samples, whom it is about, and whether it changes the state";
  }
  EXPECT_EQ(names.size(), all_event_schemas().size());
}

// The sample is the last event.
history trace_of(const sample& s) {
  return tests::trace_history(std::string(before_all) + s.before + "1.0 " + s.line + "\n");
}

class EverySample : public testing::TestWithParam<sample> {
 protected:
  static history trace() { return trace_of(GetParam()); }
};

TEST_P(EverySample, IsAboutWhomItsRowSays) {
  std::ostringstream json;
  dump_json(trace(), json, {});
  const std::string lines = json.str();

  const std::string last = lines.substr(lines.rfind("{\"n\": "));
  EXPECT_NE(last.find("\"coroutine\": " + std::to_string(GetParam().about) + ", "), std::string::npos) << last;
}

TEST_P(EverySample, ChangesTheStateOrDoesNot) {
  const history h = trace();
  const std::uint64_t n = h.source().event_count();
  const scheduler_state before = h.state_after(n - 1);
  scheduler_state after = before;

  after.apply(h.source().at(n - 1));

  const bool changes = described(after) != described(before);
  EXPECT_EQ(changes, GetParam().changes == change::state) << described(before) << "\nand then\n" << described(after);
}

TEST_P(EverySample, SurvivesText) {
  const std::string text = tests::dumped(trace());

  EXPECT_NE(text.find(' ' + name_of(GetParam())), std::string::npos);
  EXPECT_EQ(tests::dumped_again(text), text);
}

// A coroutine that is woken, runs, spawns and waits again, and one that is cancelled before it begins.
constexpr const char* full_life =
    "0.0 T3 string id=1 text=\"clerk\"\n"
    "0.0 T3 site id=2 file=1 line=3 function=1\n"
    "0.0 T3 object id=9 kind=mutex text=\"ledger\"\n"
    "0.0 T3 spawn slot=4 id=41\n"
    "0.001 T3 enter to=4\n"
    "0.001 T3 lock_acquired object=9\n"
    "0.002 T3 spawn slot=5 id=52 parent=4 called=1 site=2\n"
    "0.003 T3 yield to=5\n"
    "0.004 T3 spawn slot=6 id=63 parent=5\n"
    "0.004 T3 spawn slot=7 id=74 parent=5\n"
    "0.004 T3 cancel slot=7\n"
    "0.005 T3 yield to=4\n"
    "0.006 T3 yield to=6\n"
    "0.006 T3 block_fd to=7 reason=fd_readable fd=8\n"
    "0.006 T3 cancel_delivered\n"
    "0.006 T3 yield to=5\n"
    "0.007 T3 time_limit delay_ns=3000000\n"
    "0.007 T3 block to=4 reason=mutex object=9 owner=4\n"
    "0.008 T3 yield to=7\n"
    "0.009 T3 yield to=4\n"
    "0.010 T3 wake slot=5 cause=timed_out object=9\n"
    "0.011 T3 yield to=7\n"
    "0.011 T3 yield to=5\n"
    "0.012 T3 time_limit delay_ns=3000000\n"
    "0.013 T3 block to=4 reason=mutex object=9 owner=4\n";

// Compares every field of every coroutine after every event with what a load of the dump says, and notes which fields
// had another value than their default.
void compare_with_text(const history& h, std::vector<bool>& is_tested) {
  std::istringstream dump(tests::dumped(h));
  const history again(reader::from_bytes(load_text(dump, "again.trace.txt"), "again.weft"));
  const std::vector<std::string> fresh = tests::field_texts({});
  for (std::uint64_t n = 0; n <= h.source().event_count(); ++n) {
    const scheduler_state before = h.state_after(n), after = again.state_after(n);
    ASSERT_EQ(before.live_count(), after.live_count());
    for (const coroutine_state* c : before.coroutines()) {
      const std::vector<std::string> want = tests::field_texts(*c), got = tests::field_texts(*after.by_slot(c->slot));
      for (std::size_t i = 0; i < coroutine_field_count; ++i) {
        ASSERT_EQ(got[i], want[i]) << coroutine_fields[i].name << " is lost";
        if (want[i] != fresh[i]) is_tested[i] = true;
      }
    }
  }
}

TEST(EveryEvent, SomeEventGivesEachFieldAValueThatTextKeeps) {
  std::vector<bool> is_tested(coroutine_field_count);
  const history life = tests::trace_history(full_life);
  ASSERT_EQ(tests::violations_of(life), std::vector<std::string>{});

  compare_with_text(life, is_tested);
  for (const sample& s : samples) compare_with_text(trace_of(s), is_tested);

  for (std::size_t i = 0; i < coroutine_field_count; ++i) {
    EXPECT_TRUE(is_tested[i]) << coroutine_fields[i].name << ": no sample gives it another value than its default";
  }
}

INSTANTIATE_TEST_SUITE_P(OfTheSchema, EverySample, testing::ValuesIn(samples),
                         [](const auto& p) { return name_of(p.param); });

}  // namespace
}  // namespace weft::diary
