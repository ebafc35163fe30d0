// Checkpoints in the file: a reader that starts at one knows the same as a reader that has read everything.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "core/sanitizer.hpp"
#include "support/recorded.hpp"
#include "trace/file/packed_checkpoint.hpp"
#include "trace/state/history.hpp"
#include "trace/state/seek.hpp"
#include "weft/event.hpp"
#include "weft/mutex.hpp"
#include "weft/queue.hpp"
#include "weft/this_coroutine.hpp"

namespace weft {
namespace {

using namespace std::chrono_literals;
using diary::coroutine_state;
using diary::event_type;
using diary::history;
using diary::reader;
using diary::scheduler_state;
using support::simulation;
using support::temporary_trace;

// The text of a state, without what only the events before a checkpoint can say.
std::string described(const scheduler_state& s) {
  std::string text;
  for (const coroutine_state* c : s.coroutines()) {
    text += "#" + std::to_string(c->id) + " in " + std::to_string(c->slot) + " of " + std::to_string(c->parent) + " " +
            std::string(to_text(c->status)) + " for " + std::string(to_text(c->reason)) + " object " +
            std::to_string(c->object) + " fd " + std::to_string(c->fd) + " until " +
            (c->deadline_ns ? std::to_string(*c->deadline_ns) : "-") + " since " + std::to_string(c->since_ns) + "\n";
  }
  for (const diary::thread_state& t : s.threads()) {
    text += "runs " + std::to_string(t.running_slot) + ", ready";
    for (const std::uint64_t slot : t.ready) text += " " + std::to_string(slot);
    text += t.polling ? ", polls\n" : "\n";
  }
  for (const auto& [id, o] : s.objects()) {
    if (o.owner_slot == 0 && o.waiters.empty()) continue;
    text += "object " + std::to_string(id) + " owned by " + std::to_string(o.owner_slot) + ", waiters";
    for (const std::uint64_t slot : o.waiters) text += " " + std::to_string(slot);
    text += "\n";
  }
  return text;
}

// Counts both forms.
std::uint64_t checkpoints_in(const history& h) {
  std::uint64_t count = 0;
  h.source().for_each(0, h.source().event_count(), [&](const diary::event& e) {
    count += e.type == event_type::checkpoint_end ||
             (e.type == event_type::checkpoint_part && (e.args[0] & diary::checkpoint_part_last) != 0);
    return true;
  });
  return count;
}

// Locks with waiters, sleepers, time limits, a queue, events, and a coroutine that computes: for many seconds of the
// virtual clock, and many events.
void busy_program(int rounds) {
  mutex ledger("ledger");
  queue<int> orders(4, "orders");
  event opened("opened");
  std::vector<task<>> all;
  for (int i = 0; i < 3; ++i) {
    all.push_back(spawn("clerk " + std::to_string(i), [&, i] {
      opened.wait();
      for (int r = 0; r < rounds; ++r) {
        const std::lock_guard guard(ledger);
        yield();
        if (r % 64 == i) sleep_for(std::chrono::milliseconds(1 + i));
      }
    }));
  }
  all.push_back(spawn("producer", [&] {
    for (int r = 0; r < rounds; ++r) orders.put(r);
    orders.close();
  }));
  all.push_back(spawn("consumer", [&] {
    try {
      while (true) {
        orders.get();
        if (orders.size() == 0) sleep_for(1ms);
      }
    } catch (const closed_error&) {
    }
  }));
  const task<> patient = spawn("patient", [&] { sleep_for(1h); });
  const task<> impatient = spawn("impatient", [&] {
    event never("never");
    for (int r = 0; r < rounds / 32; ++r) never.wait_for(3ms);
  });
  sleep_for(1ms);
  opened.set();
  for (const task<>& t : all) t.join();
  impatient.join();
}

TEST(Checkpoints, AReaderThatBeginsAtOneKnowsWhatTheOthersKnow) {
  simulation s;
  const history h = support::record(s, [] { busy_program(8'000); });
  ASSERT_EQ(h.violation_count(), 0u) << h.violations().front().text;
  ASSERT_GE(checkpoints_in(h), 2u);

  const std::uint64_t end = h.source().event_count();
  for (std::uint64_t n = 0; n <= end; n += n < 50 || n + 20 > end ? 1 : 4999) {
    ASSERT_EQ(described(diary::seek_state(h.source(), n)), described(h.state_after(n))) << n;
  }
}

// The distances between checkpoints, and their sizes.
struct checkpoint_sums {
  std::uint64_t count = 0, bytes = 0, longest_events = 0;
  double share = 0;
};

checkpoint_sums sums_of(const std::string& path) {
  checkpoint_sums sums;
  const reader r = reader::open(path);
  std::uint64_t last = 0;
  r.for_each(0, r.event_count(), [&](const diary::event& e) {
    if (e.type != event_type::checkpoint_part) return true;
    sums.bytes += e.text.size() + 16;
    if ((e.args[0] & diary::checkpoint_part_first) == 0) return true;
    ++sums.count;
    sums.longest_events = std::max(sums.longest_events, e.n - last);
    last = e.n;
    return true;
  });
  sums.share = static_cast<double>(sums.bytes) / static_cast<double>(r.info().event_bytes);
  return sums;
}

constexpr std::uint64_t replayed_at_most = 65'536;

TEST(Checkpoints, OfManyThatYieldTakeATwentiethOfTheBytes) {
#if defined(WEFT_TSAN)
  GTEST_SKIP() << "half a minute for 300 000 switches under ThreadSanitizer, of one thread only";
#endif
  simulation s;
  const temporary_trace file;
  trace::start({.path = file.path()});
  s.run([] {
    std::vector<task<>> all;
    for (int i = 0; i < 5'000; ++i)
      all.push_back(spawn([] {
        for (int r = 0; r < 60; ++r) yield();
      }));
    for (const task<>& t : all) t.join();
  });
  trace::stop();

  const checkpoint_sums sums = sums_of(file.path());

  EXPECT_GE(sums.count, 4u);
  EXPECT_LE(sums.share, 0.05);
  EXPECT_LE(sums.longest_events, replayed_at_most);
}

// 10 000 coroutines wait while a few work: those that wait as before are not written again.
void crowd(int parked, int rounds) {
  event gate("gate");
  mutex counter("counter");
  std::vector<task<>> all;
  for (int i = 0; i < parked; ++i) {
    if (i % 16 == 0) {
      all.push_back(spawn("sleeper", [&, i] { sleep_for(std::chrono::hours(1) + std::chrono::milliseconds(i)); }));
    } else {
      all.push_back(spawn("visitor", [&] { gate.wait(); }));
    }
  }
  all.push_back(spawn("other", [&] {
    for (int r = 0; r < rounds; ++r) {
      const std::lock_guard guard(counter);
      yield();
    }
  }));
  task<> guest;
  for (int r = 0; r < rounds; ++r) {
    if (r % 1'000 == 0) {
      if (guest) guest.join();
      guest = spawn("guest", [] { sleep_for(2ms); });
      all[static_cast<std::size_t>(r) / 1'000 * 16].cancel();  // a sleeper
    }
    if (r % 64 == 0) sleep_for(1us);
    const std::lock_guard guard(counter);
    yield();
  }
  guest.join();
  for (std::size_t i = 0; i < all.size(); ++i) {
    all[i].cancel();
    if (i % 8 == 0) yield();  // a checkpoint is written only between two switches
  }
}

TEST(Checkpoints, OfManyThatWaitAreNeverFurtherApartThanOneReplay) {
#if defined(WEFT_TSAN)
  GTEST_SKIP() << "ThreadSanitizer has room for 8128 coroutines at once";
#endif
  simulation s;
  const temporary_trace file;
  trace::start({.path = file.path()});
  s.run([] { crowd(10'000, 60'000); });
  trace::stop();

  const checkpoint_sums sums = sums_of(file.path());

  EXPECT_GE(sums.count, 4u);
  EXPECT_LE(sums.share, 0.05);
  EXPECT_LE(sums.longest_events, replayed_at_most);
}

TEST(Checkpoints, InTheMiddleOfOneTheOneBeforeServes) {
  simulation s;
  const history h = support::record(s, [] { crowd(3'000, 30'000); });
  std::vector<std::uint64_t> inside;
  h.source().for_each(0, h.source().event_count(), [&](const diary::event& e) {
    if (e.type == event_type::checkpoint_part) inside.push_back(e.n);
    return true;
  });
  ASSERT_GE(inside.size(), 4u);

  for (const std::uint64_t n : inside) {
    ASSERT_EQ(described(diary::seek_state(h.source(), n)), described(h.state_after(n))) << n;
  }
}

TEST(Checkpoints, WhatHasNotChangedIsFoundInTheOneBefore) {
  simulation s;
  const history h = support::record(s, [] { crowd(1'000, 60'000); });
  ASSERT_EQ(h.violation_count(), 0u) << h.violations().front().text;
  std::uint64_t with_base = 0;
  h.source().for_each(0, h.source().event_count(), [&](const diary::event& e) {
    with_base += e.type == event_type::checkpoint_part && e.args[4] != 0;
    return true;
  });
  ASSERT_GE(with_base, 2u);

  const std::uint64_t end = h.source().event_count();
  for (std::uint64_t n = 0; n <= end; n += n + 20 > end ? 1 : 7919) {
    ASSERT_EQ(described(diary::seek_state(h.source(), n)), described(h.state_after(n))) << n;
  }
}

TEST(Checkpoints, OneAtABeginningInTheMiddleTellsOwnersAndWaitersInOrder) {
  simulation s;
  const temporary_trace file;
  s.run([&] {
    mutex m("ledger");
    m.lock();
    const task<> first = spawn("first", [&] {
      sleep_for(2ms);
      const std::lock_guard guard(m);
    });
    const task<> second = spawn("second", [&] {
      sleep_for(1ms);
      const std::lock_guard guard(m);
    });
    sleep_for(5ms);
    trace::start({.path = file.path()});
    m.unlock();
    first.join();
    second.join();
    trace::stop();
  });

  const history h(reader::open(file.path()));

  std::uint64_t end = 0;
  h.source().for_each(0, h.source().event_count(), [&](const diary::event& e) {
    if (e.type == event_type::checkpoint_end) end = e.n;
    return end == 0;
  });
  const scheduler_state state = h.state_after(end + 1);
  EXPECT_EQ(h.violation_count(), 0u) << h.violations().front().text;
  const auto waits_for_ledger = [&](const auto& o) { return o.second.waiters.size() == 2; };
  const auto ledger = std::find_if(state.objects().begin(), state.objects().end(), waits_for_ledger);
  ASSERT_NE(ledger, state.objects().end());
  EXPECT_EQ(h.coroutine_label(state.by_slot(ledger->second.owner_slot)->id), "main");
  EXPECT_EQ(h.coroutine_label(state.by_slot(ledger->second.waiters[0])->id), "second");
  EXPECT_EQ(h.coroutine_label(state.by_slot(ledger->second.waiters[1])->id), "first");
  EXPECT_EQ(h.find_coroutine(state.by_slot(ledger->second.waiters[1])->id)->parent,
            state.by_slot(ledger->second.owner_slot)->id);
}

TEST(Checkpoints, TwoThreadsAreSoughtTogether) {
  const temporary_trace file;
  trace::start({.path = file.path()});
  event there("there");
  const auto program = [&](int rounds) {
    return [&, rounds] {
      const task<> other = spawn([rounds] {
        for (int i = 0; i < rounds; ++i) yield();
      });
      for (int i = 0; i < rounds; ++i) yield();
      other.join();
    };
  };
  std::thread thread([&] {
    run([&] {
      there.wait();
      program(100'000)();
    });
  });
  run([&] {
    program(50'000)();
    there.set();
    program(100'000)();
  });
  thread.join();
  trace::stop();

  const history h(reader::open(file.path()));
  ASSERT_EQ(h.violation_count(), 0u) << h.violations().front().text;
  ASSERT_GE(checkpoints_in(h), 2u);
  const std::uint64_t end = h.source().event_count();
  for (std::uint64_t n = 0; n <= end; n += 39973) {
    const scheduler_state sought = diary::seek_state(h.source(), n), replayed = h.state_after(n);
    ASSERT_EQ(sought.threads().size(), replayed.threads().size());
    for (std::size_t t = 0; t < sought.threads().size(); ++t) {
      ASSERT_EQ(sought.threads()[t].running_slot, replayed.threads()[t].running_slot) << n;
      ASSERT_EQ(sought.threads()[t].ready, replayed.threads()[t].ready) << n;
    }
    ASSERT_EQ(sought.live_count(), replayed.live_count()) << n;
  }
}

TEST(Checkpoints, NamesAndLivesNeedNoStates) {
  simulation s;
  const temporary_trace file;
  trace::start({.path = file.path()});
  s.run([] { busy_program(5'000); });
  trace::stop();

  const history all(reader::open(file.path()));
  const history quick(reader::open(file.path(), reader::trust::sealed_chunks), history::effort::on_demand);

  EXPECT_TRUE(quick.is_whole());
  ASSERT_EQ(quick.lives().size(), all.coroutines().size());
  for (std::size_t i = 0; i < quick.lives().size(); ++i) {
    const diary::coroutine_record &a = quick.lives()[i], &b = all.coroutines()[i];
    EXPECT_EQ(a.id, b.id);
    EXPECT_EQ(a.name, b.name);
    EXPECT_EQ(a.parent, b.parent);
    EXPECT_EQ(a.spawn_event, b.spawn_event);
    EXPECT_EQ(a.end_event, b.end_event);
    EXPECT_EQ(a.end_status, b.end_status);
  }
  EXPECT_EQ(quick.violation_count(), 0u);
  EXPECT_EQ(quick.totals().switches, all.totals().switches);
}

}  // namespace
}  // namespace weft
