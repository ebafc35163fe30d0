// Waits for signals. Real signals, raised by the tests themselves.
#include "weft/signal_set.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <optional>
#include <stdexcept>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include "support/close_descriptors.hpp"
#include "support/recorded.hpp"
#include "support/threaded_fork.hpp"
#include "weft/event.hpp"
#include "weft/run.hpp"
#include "weft/task.hpp"
#include "weft/this_coroutine.hpp"
#include "weft/timeout.hpp"

namespace weft {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;

volatile sig_atomic_t handled = 0;
extern "C" void count_handled(int) { handled = handled + 1; }

TEST(SignalSet, ACoroutineWaitsForASignal) {
  run([] {
    signal_set s{SIGUSR1};
    const task<int> waiter = spawn([&] { return s.wait(); });
    yield();
    EXPECT_EQ(waiter.status(), task_status::running);
    ::raise(SIGUSR1);
    EXPECT_EQ(waiter.get(), SIGUSR1);
  });
}

TEST(SignalSet, KeepsWhatCameBeforeAnybodyWaitedInOrder) {
  run([] {
    signal_set s{SIGUSR1, SIGUSR2};
    ::raise(SIGUSR2);
    ::raise(SIGUSR1);
    ::raise(SIGUSR2);
    const int first = s.wait(), second = s.wait(), third = s.wait();
    EXPECT_THAT((std::vector{first, second, third}), ElementsAre(SIGUSR2, SIGUSR1, SIGUSR2));
    EXPECT_EQ(s.wait_for(0s), std::nullopt);
  });
}

TEST(SignalSet, WaitForGivesUp) {
  run([] {
    signal_set s{SIGUSR1};
    EXPECT_EQ(s.wait_for(1ms), std::nullopt);
    EXPECT_EQ(s.wait_for(0s), std::nullopt);
    ::raise(SIGUSR1);
    EXPECT_EQ(s.wait_for(1h), SIGUSR1);
  });
}

TEST(SignalSet, TwoSetsOfOneSignalBothGetIt) {
  run([] {
    signal_set a{SIGUSR1}, b{SIGUSR1, SIGUSR2};
    ::raise(SIGUSR1);
    EXPECT_EQ(a.wait(), SIGUSR1);
    EXPECT_EQ(b.wait(), SIGUSR1);
  });
}

TEST(SignalSet, WaitersOfOneSetAreServedInLine) {
  run([] {
    signal_set s{SIGUSR1, SIGUSR2};
    const task<int> first = spawn([&] { return s.wait(); });
    const task<int> second = spawn([&] { return s.wait(); });
    yield();
    ::raise(SIGUSR2);
    ::raise(SIGUSR1);
    EXPECT_EQ(first.get(), SIGUSR2);
    EXPECT_EQ(second.get(), SIGUSR1);
  });
}

TEST(SignalSet, TheHandlerFromBeforeIsRestored) {
  struct sigaction mine = {}, before = {};
  mine.sa_handler = &count_handled;
  ASSERT_EQ(::sigaction(SIGUSR1, &mine, &before), 0);
  handled = 0;
  {
    signal_set outer{SIGUSR1};
    { const signal_set inner{SIGUSR1}; }
    ::raise(SIGUSR1);
    EXPECT_EQ(outer.wait(), SIGUSR1);
    EXPECT_EQ(handled, 0);
  }
  ::raise(SIGUSR1);
  EXPECT_EQ(handled, 1);
  ::sigaction(SIGUSR1, &before, nullptr);
}

TEST(SignalSet, APlainThreadWaits) {
  signal_set s{SIGUSR1};
  int got = 0;
  std::thread waiter([&] { got = s.wait(); });
  ::kill(::getpid(), SIGUSR1);
  waiter.join();
  EXPECT_EQ(got, SIGUSR1);
}

TEST(SignalSet, ACancelledWaiterPassesItsSignalOn) {
  run([] {
    signal_set s{SIGUSR1};
    const task<> first = spawn([&] { s.wait(); });
    yield();
    first.kill();
    ::raise(SIGUSR1);
    EXPECT_EQ(s.wait(), SIGUSR1);
  });
}

TEST(SignalSet, ATimeoutScopeEndsTheWait) {
  run([] {
    signal_set s{SIGUSR1};
    EXPECT_THROW(with_timeout(1ms, [&] { s.wait(); }), timeout_error);
  });
}

TEST(SignalSet, WaitingForASignalIsNoDeadlock) {
  run([] {
    signal_set s{SIGALRM};
    const itimerval soon{{0, 0}, {0, 5000}};
    ::setitimer(ITIMER_REAL, &soon, nullptr);
    EXPECT_EQ(s.wait(), SIGALRM);
  });
}

TEST(SignalSet, WhatCannotBeWaitedForIsRefused) {
  EXPECT_THROW(signal_set({}), std::invalid_argument);
  EXPECT_THROW(signal_set({SIGSEGV}), std::invalid_argument);
  EXPECT_THROW(signal_set({SIGKILL}), std::system_error);
  EXPECT_THROW(signal_set({SIGUSR1, 0}), std::system_error);
  EXPECT_THROW(signal_set({100000}), std::system_error);
}

TEST(SignalSet, ARefusedOneLeavesTheHandlersAlone) {
  struct sigaction before = {}, after = {};
  ::sigaction(SIGINT, nullptr, &before);
  EXPECT_THROW(signal_set({SIGINT, SIGKILL}), std::system_error);
  ::sigaction(SIGINT, nullptr, &after);
  EXPECT_EQ(after.sa_handler, before.sa_handler);
}

TEST(SignalSet, HasItsOwnWaitReason) {
  const support::temporary_trace file;
  trace::start({.path = file.path()});
  run([] {
    signal_set s{SIGUSR1};
    spawn("user", [] { ::raise(SIGUSR1); });
    s.wait();
  });
  trace::stop();
  const diary::history h(diary::reader::open(file.path()));
  EXPECT_THAT(support::decisions(h), HasSubstr("main: block signal -> "));
  EXPECT_EQ(h.violations().size(), 0u);
}

// A daemon closes every fd and opens files of its own. In a child, so that the test keeps its own.
TEST(SignalSet, WritesToNoFileOfAProgramThatClosedThePipe) {
  if (const char* why = support::no_threads_after_fork()) GTEST_SKIP() << why;
  { const signal_set first{SIGUSR1}; }
  const pid_t child = ::fork();
  if (child == 0) {
    ::alarm(20);
    signal_set s{SIGUSR1};
    support::close_all_descriptors();
    std::vector<int> files;
    for (int i = 0; i < 8; ++i) files.push_back(::fileno(std::tmpfile()));
    ::raise(SIGUSR1);  // lost, or not
    (void)s.wait_for(0s);
    ::raise(SIGUSR1);
    int wrong = s.wait_for(10s) == SIGUSR1 ? 0 : 1;
    for (const int file : files) {
      struct stat status {};
      if (::fstat(file, &status) != 0 || status.st_size != 0) wrong |= 2;
    }
    ::_exit(wrong);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

TEST(SignalSet, AForkedChildHasTheHandlersFromBefore) {
  signal_set s{SIGUSR1};
  const pid_t child = ::fork();
  if (child == 0) {
    ::raise(SIGUSR1);  // ends the child
    ::_exit(0);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGUSR1);
  EXPECT_EQ(s.wait_for(0s), std::nullopt);  // and the parent has received nothing
  ::raise(SIGUSR1);
  EXPECT_EQ(s.wait(), SIGUSR1);
}

TEST(SignalSet, AForkedChildStillKnowsADeadlock) {
  const signal_set s{SIGUSR1};
  const pid_t child = ::fork();
  if (child == 0) {
    ::alarm(20);  // the child would hang if it counted the parent's thread, which it does not have, as one that could
                  // wake it
    int status = 1;
    try {
      run([] { event("never").wait(); });
    } catch (const deadlock_error&) {
      status = 0;
    }
    ::_exit(status);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

}  // namespace
}  // namespace weft
