#include "trace/state/history.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <random>
#include <string>

#include "support/memory_chunks.hpp"
#include "support/text_traces.hpp"

namespace weft::diary {
namespace {

using tests::trace_history;

// Main spawns a worker that fails while main sleeps.
history small_history() {
  return trace_history(
      "0.000 T0 string id=1 text=\"main\"\n0.000 T0 string id=2 text=\"worker\"\n0.000 T0 string id=3 text=\"a.cpp\"\n"
      "0.000 T0 string id=4 text=\"int main()\"\n0.000 T0 site id=1 file=3 line=12 function=4\n"
      "0.000 T0 object id=1 kind=mutex text=\"accounts\"\n0.000 T0 object id=18 kind=queue text=\"\"\n"
      "0.001 T0 spawn slot=1 id=1 called=1\n0.001 T0 enter to=1\n"
      "0.002 T0 spawn slot=2 id=2 parent=1 called=2 site=1\n0.003 T0 sleep to=2 delay_ns=9000000\n"
      "0.005 T0 error text=\"std::runtime_error: no\\x1b\"\n0.006 T0 finish to=0 status=failed\n"
      "0.006 T0 poll_begin timeout_ns_plus_1=0\n0.012 T0 poll_end ready_fds=0\n"
      "0.012 T0 wake_timer slot=1 cause=granted\n0.013 T0 enter to=1\n0.014 T0 spawn slot=2 id=3 parent=1\n"
      "0.016 T0 mark text=\"end\"\n");
}

TEST(History, EveryCoroutineHasItsLife) {
  const history h = small_history();

  ASSERT_EQ(h.coroutines().size(), 3u);
  const coroutine_record& worker = h.coroutines()[1];
  EXPECT_EQ(worker.id, 2u);
  EXPECT_EQ(worker.parent, 1u);
  EXPECT_EQ(h.string(worker.name), "worker");
  EXPECT_EQ(worker.spawn_event, 9u);
  EXPECT_EQ(worker.spawn_ns, 2'000'000);
  EXPECT_EQ(worker.end_status, coroutine_status::failed);
  EXPECT_EQ(worker.end_event, 12u);
  EXPECT_EQ(worker.end_ns, 6'000'000);
  EXPECT_EQ(worker.error, "std::runtime_error: no\\x1b");
  EXPECT_EQ(worker.runs, 1u);
  EXPECT_EQ(worker.run_ns, 3'000'000);
  EXPECT_EQ(worker.ready_ns, 1'000'000);
}

TEST(History, WhoIsAliveAtTheEndIsSummedUpToTheEnd) {
  const history h = small_history();

  const coroutine_record& main = h.coroutines()[0];
  EXPECT_EQ(main.end_status, coroutine_status::none);
  EXPECT_EQ(main.spawns, 2u);
  EXPECT_EQ(main.runs, 2u);
  EXPECT_EQ(main.run_ns, 2'000'000 + 3'000'000);
  EXPECT_EQ(main.blocked_ns, 9'000'000);
  EXPECT_EQ(main.ready_ns, 1'000'000);
  EXPECT_EQ(h.coroutines()[2].ready_ns, 2'000'000);
}

TEST(History, TotalsAddUp) {
  const history h = small_history();

  const history::totals_record& totals = h.totals();
  EXPECT_EQ(totals.coroutines, 3u);
  EXPECT_EQ(totals.finished, 1u);
  EXPECT_EQ(totals.switches, 3u);
  EXPECT_EQ(totals.polls, 1u);
  EXPECT_EQ(totals.run_ns, 5'000'000 + 3'000'000);
  EXPECT_EQ(totals.idle_ns, 1'000'000 + 7'000'000);
  EXPECT_EQ(totals.run_ns + totals.idle_ns, h.source().info().duration_ns);
}

TEST(History, ASlotMeansWhoLivedInItThen) {
  const history h = small_history();

  EXPECT_EQ(h.id_of_slot(2, 9), 0u);
  EXPECT_EQ(h.id_of_slot(2, 10), 2u);
  EXPECT_EQ(h.id_of_slot(2, 12), 2u);
  EXPECT_EQ(h.id_of_slot(2, 13), 0u);
  EXPECT_EQ(h.id_of_slot(2, 18), 3u);
  EXPECT_EQ(h.id_of_slot(0, 18), 0u);
  EXPECT_EQ(h.id_of_slot(99, 18), 0u);
}

TEST(History, NamesSitesAndObjectsAreResolved) {
  const history h = small_history();

  EXPECT_EQ(h.coroutine_label(2), "worker");
  EXPECT_EQ(h.coroutine_label(3), "#3");
  EXPECT_EQ(h.coroutine_label(77), "#77");
  EXPECT_EQ(h.object_label(1), "mutex “accounts”");
  EXPECT_EQ(h.object_label(18), "queue 0x12");
  EXPECT_EQ(h.object_label(99), "other 0x63");
  EXPECT_EQ(h.site(1)->file, "a.cpp");
  EXPECT_EQ(h.site(1)->line, 12u);
  EXPECT_EQ(h.site(1)->function, "int main()");
  EXPECT_EQ(h.site(2), nullptr);
  EXPECT_EQ(h.object(2), nullptr);
  EXPECT_EQ(h.string(99), "");
}

TEST(History, ARenameCountsForTheWholeLife) {
  const history h = trace_history(
      "0.0 T0 string id=1 text=\"old\"\n0.0 T0 string id=2 text=\"new\"\n0.0 T0 spawn slot=1 id=1 called=1\n"
      "0.0 T0 rename slot=1 called=2\n");

  EXPECT_EQ(h.coroutine_label(1), "new");
  EXPECT_EQ(h.state_after(3).by_id(1)->name, 1u);
  EXPECT_EQ(h.state_after(4).by_id(1)->name, 2u);
}

// A scheduler with 40 coroutines that yield, sleep, wake each other, end and are spawned anew.
std::vector<std::uint8_t> random_schedule(std::uint64_t events, unsigned seed) {
  tests::memory_chunks chunks;
  chunk_writer writer(chunks, 0);
  std::mt19937 random(seed);
  std::vector<std::uint64_t> ready, asleep;
  std::uint64_t next_id = 1, running = 0, ticks = 0;
  const auto write = [&](event_type type, std::vector<std::uint64_t> args) {
    writer.append(type, ticks += random() % 200, args.data(), static_cast<unsigned>(args.size()));
  };
  const auto pop = [](std::vector<std::uint64_t>& from, std::size_t at) {
    const std::uint64_t slot = from[at];
    from.erase(from.begin() + static_cast<std::ptrdiff_t>(at));
    return slot;
  };
  for (std::uint64_t slot = 1; slot <= 40; ++slot) {
    write(event_type::spawn, {slot, next_id++, 0, 0, 0});
    ready.push_back(slot);
  }
  while (writer.next_ordinal() < events) {
    if (running == 0 && ready.empty()) {
      ready.push_back(pop(asleep, random() % asleep.size()));
      write(event_type::wake_timer, {ready.back(), 1, random() % 100});
    } else if (running == 0) {
      running = pop(ready, 0);
      write(event_type::enter, {running});
    } else {
      const auto what = static_cast<unsigned>(random() % 10);
      const std::uint64_t leaver = running;
      if (what < 2 && !asleep.empty()) {
        ready.push_back(pop(asleep, random() % asleep.size()));
        write(event_type::wake, {ready.back(), 1, 0});
        continue;
      }
      if (what < 5) ready.push_back(leaver);
      running = ready.empty() ? 0 : pop(ready, 0);
      if (what < 5) {
        write(event_type::yield, {running});
      } else if (what < 9) {
        asleep.push_back(leaver);
        write(event_type::block, {running, 20, 5, 0});
      } else {
        write(event_type::finish, {running, 4});
        write(event_type::spawn, {leaver, next_id++, running, 0, 0});
        ready.push_back(leaver);
      }
    }
  }
  return chunks.file_bytes();
}

std::string described(const scheduler_state& s) {
  std::string text = std::to_string(s.now_ns()) + " " + std::to_string(s.applied());
  for (const thread_state& t : s.threads()) {
    text += " |" + std::to_string(t.running_slot);
    for (const std::uint64_t slot : t.ready) text += " " + std::to_string(slot);
  }
  for (const coroutine_state* c : s.coroutines()) {
    text += " / " + std::to_string(c->id) + std::string(to_text(c->status)) + std::to_string(c->run_ns) + "," +
            std::to_string(c->ready_ns) + "," + std::to_string(c->blocked_ns) + "," + std::to_string(c->woken_by);
  }
  for (const auto& [id, o] : s.objects()) {
    text += " o" + std::to_string(id);
    for (const std::uint64_t slot : o.waiters) text += " " + std::to_string(slot);
  }
  return text;
}

TEST(History, StateFromACheckpointIsTheStateFromTheBeginning) {
  const history h(reader::from_bytes(random_schedule(100'000, 3), "random"));
  ASSERT_EQ(h.violation_count(), 0u) << h.violations()[0].text;
  scheduler_state stepped;

  h.source().for_each(0, h.source().event_count(), [&](const event& e) {
    if (e.n % 9973 == 0 || e.n == 16384 || e.n == 16385) {
      EXPECT_EQ(described(h.state_after(e.n)), described(stepped)) << e.n;
    }
    stepped.apply(e);
    return true;
  });

  EXPECT_EQ(described(h.state_after(UINT64_MAX)), described(stepped));
}

TEST(History, LifeIsTheSumOfItsStatesInARandomSchedule) {
  const history h(reader::from_bytes(random_schedule(50'000, 4), "random"));

  const std::int64_t end_ns = h.state_after(UINT64_MAX).now_ns();
  ASSERT_GT(h.coroutines().size(), 500u);
  for (const coroutine_record& r : h.coroutines()) {
    const std::int64_t life_ns = (r.end_status != coroutine_status::none ? r.end_ns : end_ns) - r.spawn_ns;
    EXPECT_EQ(r.run_ns + r.ready_ns + r.blocked_ns, life_ns) << r.id;
  }
  EXPECT_EQ(h.totals().run_ns + h.totals().idle_ns, end_ns - h.source().at(0).t_ns);
}

}  // namespace
}  // namespace weft::diary
