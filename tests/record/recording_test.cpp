// The recorder: the trace that a program leaves behind, whatever happens to the program.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>

#include "core/sanitizer.hpp"
#include "record/growing_trace.hpp"
#include "support/emulator.hpp"
#include "support/recorded.hpp"
#include "support/threaded_fork.hpp"
#include "trace/file/chunk_writer.hpp"
#include "trace/state/history.hpp"
#include "weft/event.hpp"
#include "weft/mutex.hpp"
#include "weft/queue.hpp"
#include "weft/this_coroutine.hpp"

namespace weft {
namespace {

using namespace std::chrono_literals;
using diary::event_type;
using diary::history;
using diary::reader;
using support::simulation;
using support::temporary_trace;

std::uint64_t count_of(const history& h, event_type type) {
  std::uint64_t count = 0;
  h.source().for_each(0, h.source().event_count(), [&](const diary::event& e) {
    count += e.type == type;
    return true;
  });
  return count;
}

TEST(Recording, IsCompleteAfterStopAndKeepsAllRules) {
  simulation s;

  const history h = support::record(s, [] {
    queue<int> q("orders");
    mutex m("ledger");
    const task<> a = spawn("a", [&] {
      for (int i = 0; i < 100; ++i) {
        const std::lock_guard guard(m);
        q.put(i);
        yield();
      }
    });
    const task<> b = spawn("b", [&] {
      for (int i = 0; i < 100; ++i) {
        q.get();
        const std::lock_guard guard(m);
      }
    });
    a.join();
    b.join();
  });

  EXPECT_TRUE(h.source().info().complete);
  EXPECT_FALSE(h.source().info().truncated);
  EXPECT_EQ(h.violation_count(), 0u) << h.violations().front().text;
  EXPECT_EQ(h.coroutines().size(), 3u);
  EXPECT_EQ(h.totals().finished, 3u);
}

TEST(Recording, TimeIsTheVirtualClocks) {
  simulation s;

  const history h = support::record(s, [] { sleep_for(7ms); });

  EXPECT_EQ(h.source().info().clock, "virtual");
  EXPECT_EQ(h.source().info().duration_ns, 7'000'000);
}

TEST(Recording, TheFileIsClosedToOthers) {
  const temporary_trace file;

  trace::start({.path = file.path()});
  trace::stop();

  struct stat status {};
  ASSERT_EQ(stat(file.path().c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
}

TEST(Recording, ReplacesAnOldTraceOfOurs) {
  const temporary_trace file;
  trace::start({.path = file.path()});
  trace::stop();

  EXPECT_NO_THROW(trace::start({.path = file.path()}));
  trace::stop();
}

TEST(Recording, DoesNotReplaceAnythingElse) {
  const temporary_trace file;
  std::ofstream(file.path()) << "my thesis";

  EXPECT_THROW(trace::start({.path = file.path()}), std::system_error);
  std::string content;
  std::getline(std::ifstream(file.path()), content);
  EXPECT_EQ(content, "my thesis");
}

TEST(Recording, DoesNotFollowASymbolicLink) {
  const temporary_trace target;
  const temporary_trace link;
  std::filesystem::create_symlink(target.path(), link.path());

  EXPECT_THROW(trace::start({.path = link.path()}), std::system_error);
  EXPECT_FALSE(std::filesystem::exists(target.path()));
}

TEST(Recording, AStartWhileOneIsOnIsRefused) {
  const temporary_trace file;
  const temporary_trace other;
  trace::start({.path = file.path()});

  EXPECT_THROW(trace::start({.path = other.path()}), std::logic_error);
  trace::stop();
}

TEST(Recording, BegunInTheMiddleItKnowsEverybody) {
  simulation s;
  const temporary_trace file;

  s.run([&] {
    event go("go");
    const task<> waiter = spawn("waiter", [&] { go.wait(); });
    const task<> sleeper = spawn("sleeper", [&] { sleep_for(5ms); });
    yield();
    trace::start({.path = file.path()});
    go.set();
    waiter.join();
    sleeper.join();
    trace::stop();
  });

  const history h(reader::open(file.path()));
  EXPECT_EQ(h.violation_count(), 0u) << h.violations().front().text;
  EXPECT_EQ(h.coroutines().size(), 3u);
}

TEST(Recording, MarksZonesAndCountersAreInIt) {
  simulation s;

  const history h = support::record(s, [] {
    const trace::zone z("work");
    trace::mark("here");
    trace::counter("load", 0.5);
  });

  EXPECT_EQ(count_of(h, event_type::mark), 1u);
  EXPECT_EQ(count_of(h, event_type::zone_begin), 1u);
  EXPECT_EQ(count_of(h, event_type::zone_end), 1u);
  EXPECT_EQ(count_of(h, event_type::counter), 1u);
}

TEST(Recording, SurvivesSigkillUpToTheLastEvent) {
  const temporary_trace file;
  const pid_t child = fork();
  if (child == 0) {
    trace::start({.path = file.path()});
    run([] {
      spawn("sleeper", [] { sleep_for(1h); });
      for (int i = 0; i < 100; ++i) yield();
      trace::mark("last words");
      kill(getpid(), SIGKILL);
    });
    _exit(1);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFSIGNALED(status));

  const history h(reader::open(file.path()));

  EXPECT_FALSE(h.source().info().complete);
  EXPECT_EQ(h.violation_count(), 0u) << h.violations().front().text;
  EXPECT_EQ(count_of(h, event_type::mark), 1u);
  const diary::scheduler_state end = h.state_after(h.source().event_count());
  ASSERT_EQ(end.coroutines().size(), 2u);
  EXPECT_EQ(end.coroutines()[0]->status, diary::coroutine_status::running);
  EXPECT_EQ(end.coroutines()[1]->status, diary::coroutine_status::blocked);
}

TEST(Recording, AFullDiskEndsTheRecordingAndNothingElse) {
  const temporary_trace file;
  const pid_t child = fork();
  if (child == 0) {
    // A limit on the file's size refuses more room, like a full disk.
    signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{300'000, 300'000};
    setrlimit(RLIMIT_FSIZE, &limit);
    const int quiet = dup(2);
    static_cast<void>(!freopen("/dev/null", "w", stderr));
    trace::start({.path = file.path()});
    long sum = 0;
    run([&] {
      const task<> other = spawn([&] {
        for (int i = 0; i < 500'000; ++i, ++sum) yield();
      });
      other.join();
    });
    trace::stop();
    close(quiet);
    _exit(sum == 500'000 ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);

  const history h(reader::open(file.path()));

  EXPECT_GT(h.source().event_count(), 10'000u);
  EXPECT_EQ(h.violation_count(), 0u) << h.violations().front().text;
}

TEST(Recording, AForkedChildDoesNotWriteIntoItsParentsFile) {
  if (const char* const why = support::no_threads_after_fork()) GTEST_SKIP() << why;
  const temporary_trace file;
  trace::start({.path = file.path()});
  run([] { spawn("parent's", [] {}).join(); });

  const pid_t child = fork();
  if (child == 0) {
    run([] { spawn("child's", [] {}).join(); });
    _exit(trace::active() ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  trace::stop();

  const std::string childs_path = file.path() + "." + std::to_string(child);
  const history parents(reader::open(file.path()));
  const history childs(reader::open(childs_path));
  EXPECT_EQ(parents.coroutines().size(), 2u);
  EXPECT_EQ(childs.coroutines().size(), 2u);
  std::filesystem::remove(childs_path);
}

TEST(Recording, ThreadsWakeEachOtherInOrder) {
  const temporary_trace file;
  trace::start({.path = file.path()});
  event first("first");
  event second("second");
  std::thread other([&] {
    run([&] {
      first.wait();
      second.set();
    });
  });
  run([&] {
    first.set();
    second.wait();
  });
  other.join();
  trace::stop();

  const history h(reader::open(file.path()));

  EXPECT_EQ(h.source().info().threads, 2u);
  EXPECT_EQ(h.violation_count(), 0u) << h.violations().front().text;
}

TEST(Recording, ManyThreadsThatEndTakeNoRoomForGood) {
  const temporary_trace file;
  trace::start({.path = file.path()});
  constexpr std::uint64_t threads = 300;
  for (std::uint64_t i = 0; i < threads; ++i) {
    std::thread([] {
      run([] {
        trace::mark("here");
        yield();
      });
    }).join();
  }
  trace::stop();

  const history h(reader::open(file.path()));

  EXPECT_EQ(count_of(h, event_type::mark), threads);
  EXPECT_EQ(count_of(h, event_type::thread_start), threads);
  EXPECT_EQ(h.violation_count(), 0u) << h.violations().front().text;
  EXPECT_EQ(h.source().info().lost, 0u);
  EXPECT_EQ(h.source().info().threads, 64u);
  EXPECT_LE(h.source().info().file_bytes, 66u * diary::chunk_bytes);
}

TEST(Recording, AThreadThatTheFormatHasNoNumberForIsCountedAsLost) {
  const temporary_trace file;
  record::trace_file store(file.path());
  store.header().ticks_per_second = 1;
  diary::chunk_writer writer(store, diary::max_threads);
  const std::array<std::uint64_t, 1> args{1};

  EXPECT_FALSE(writer.append(event_type::zone_begin, 0, args.data(), 1));
  EXPECT_FALSE(writer.append(event_type::zone_begin, 0, args.data(), 1));
  store.complete(2);

  EXPECT_EQ(reader::open(file.path()).info().lost, 2u);
  EXPECT_TRUE(reader::open(file.path()).info().damage.empty());
}

TEST(Recording, OrderOnlyKeepsTheOrder) {
  const temporary_trace file;
  trace::start({.path = file.path(), .order_only = true});
  run([] {
    const task<> a = spawn("a", [] {
      for (int i = 0; i < 1000; ++i) yield();
    });
    const task<> b = spawn("b", [] {
      for (int i = 0; i < 1000; ++i) yield();
    });
    a.join();
    b.join();
  });
  trace::stop();

  const history h(reader::open(file.path()));

  EXPECT_TRUE(h.source().info().order_only);
  EXPECT_EQ(h.violation_count(), 0u) << h.violations().front().text;
  EXPECT_GE(count_of(h, event_type::yield), 2000u);
}

}  // namespace
}  // namespace weft
