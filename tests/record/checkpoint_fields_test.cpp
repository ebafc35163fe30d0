// What the scheduler writes into its checkpoints: every field of every coroutine that a checkpoint has to tell, in each
// form. The list of fields is in trace/state/coroutine_state.hpp.
#include <gtest/gtest.h>

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "support/coroutine_fields.hpp"
#include "support/recorded.hpp"
#include "trace/file/packed_checkpoint.hpp"
#include "trace/state/history.hpp"
#include "trace/state/seek.hpp"
#include "weft/event.hpp"
#include "weft/io.hpp"
#include "weft/mutex.hpp"
#include "weft/this_coroutine.hpp"

namespace weft {
namespace {

using namespace std::chrono_literals;
using diary::coroutine_field_count;
using diary::coroutine_fields;
using diary::event_type;
using diary::history;
using support::simulation;
using support::temporary_trace;
using tests::field_texts;

// Waits for a lock, for an fd and with a time limit, while two coroutines yield until each form has been written.
void program() {
  sleep_for(1ms);
  mutex ledger("ledger");
  event never("never");
  ledger.lock();
  std::vector<task<>> all;
  all.push_back(spawn("clerk", [&] { const std::lock_guard guard(ledger); }));
  all.push_back(spawn("reader", [] { wait_readable(7); }));
  all.push_back(spawn("timed", [&] { never.wait_for(1h); }));
  all.push_back(spawn("other", [] {
    for (int i = 0; i < 150'000; ++i) yield();
  }));
  for (int i = 0; i < 150'000; ++i) yield();
  for (const task<>& t : all) t.cancel();
  ledger.unlock();
  for (int i = 0; i < 10; ++i) yield();  // they end
}

// The form of the checkpoint that ends with this event.
std::optional<std::string> form_ended_by(const diary::event& e, bool& has_base) {
  if (e.type == event_type::checkpoint_end) return "plain";
  if (e.type != event_type::checkpoint_part) return std::nullopt;
  if ((e.args[0] & diary::checkpoint_part_first) != 0) has_base = e.args[4] != 0;
  if ((e.args[0] & diary::checkpoint_part_last) == 0) return std::nullopt;
  return has_base ? "changes" : "packed";
}

TEST(CheckpointFields, EachFormTellsThem) {
  simulation s;
  const temporary_trace file;
  trace::start({.path = file.path(), .ring_bytes = 2 << 20});  // in a ring also plain ones follow known events
  s.run(program);
  trace::stop();
  const history h(diary::reader::open(file.path()));
  ASSERT_EQ(h.violation_count(), 0u) << h.violations().front().text;
  std::map<std::string, std::vector<bool>> tested{{"plain", std::vector<bool>(coroutine_field_count)},
                                                  {"packed", std::vector<bool>(coroutine_field_count)},
                                                  {"changes", std::vector<bool>(coroutine_field_count)}};
  const std::vector<std::string> fresh = field_texts({});
  bool has_base = false;

  h.source().for_each(0, h.source().event_count(), [&](const diary::event& e) {
    const std::optional<std::string> form = form_ended_by(e, has_base);
    if (!form) return true;
    const diary::scheduler_state sought = diary::seek_state(h.source(), e.n + 1), known = h.state_after(e.n + 1);
    EXPECT_EQ(sought.live_count(), known.live_count());
    for (const diary::coroutine_state* c : known.coroutines()) {
      const diary::coroutine_state* const read = sought.by_slot(c->slot);
      if (read == nullptr) continue;
      const std::vector<std::string> got = field_texts(*read), want = field_texts(*c);
      for (std::size_t i = 0; i < coroutine_field_count; ++i) {
        if (coroutine_fields[i].by != diary::told_by::checkpoint) continue;
        EXPECT_EQ(got[i], want[i]) << *form << ": " << coroutine_fields[i].name << " of " << h.coroutine_label(c->id);
        if (want[i] != fresh[i]) tested[*form][i] = true;
      }
    }
    return true;
  });

  for (const auto& [form, fields] : tested) {
    for (std::size_t i = 0; i < coroutine_field_count; ++i) {
      const std::string name = coroutine_fields[i].name;
      if (coroutine_fields[i].by != diary::told_by::checkpoint || name == "thread") continue;  // of one thread: 0
      EXPECT_TRUE(fields[i]) << form << ": let the program give " << name << " another value than its default";
    }
  }
}

}  // namespace
}  // namespace weft
