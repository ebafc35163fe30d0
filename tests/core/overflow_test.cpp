// A stack overflow gives one message that names the coroutine, a diary that is complete until then, and the death of
// the process that would have come anyway.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdint>
#include <functional>
#include <string>
#include <thread>

#include "core/sanitizer.hpp"
#include "support/emulator.hpp"
#include "support/recorded.hpp"
#include "trace/state/history.hpp"
#include "weft/generator.hpp"
#include "weft/run.hpp"
#include "weft/this_coroutine.hpp"

namespace weft {
namespace {

using support::temporary_trace;
using testing::HasSubstr;
using testing::Not;

// The result of a program in a child process: its stderr, and how it ended.
struct dead_program {
  std::string text;
  int status = 0;
  // A sanitizer that handled the signal before weft gets the fault after weft and ends the process in its own way.
  bool died_of([[maybe_unused]] int signal_number) const {
#if defined(WEFT_ASAN) || defined(WEFT_TSAN)
    return WIFEXITED(status) ? WEXITSTATUS(status) != 0 : WTERMSIG(status) != 0;
#else
    return WIFSIGNALED(status) && WTERMSIG(status) == signal_number;
#endif
  }
};

dead_program run_in_child(const std::function<void()>& program) {
  int ends[2];
  EXPECT_EQ(pipe(ends), 0);
  const pid_t child = fork();
  if (child == 0) {
    const rlimit no_core{0, 0};
    setrlimit(RLIMIT_CORE, &no_core);
    dup2(ends[1], STDERR_FILENO);
    close(ends[0]);
    close(ends[1]);
    program();
    _exit(0);
  }
  close(ends[1]);
  dead_program dead;
  char bytes[4096];
  for (ssize_t count = 0; (count = read(ends[0], bytes, sizeof bytes)) > 0;)
    dead.text.append(bytes, static_cast<std::size_t>(count));
  close(ends[0]);
  EXPECT_EQ(waitpid(child, &dead.status, 0), child);
  return dead;
}

// The same for a test of this program in a process that has run nothing yet: its signal handlers were there first.
dead_program run_afresh(const std::string& test) {
  return run_in_child([&test] {
    const int nowhere = open("/dev/null", O_WRONLY);
    dup2(nowhere, STDOUT_FILENO);
    support::execute_self({"--gtest_filter=" + test, "--gtest_also_run_disabled_tests"});
    _exit(99);
  });
}

[[gnu::noinline]] int recurse(int depth) {
  volatile char frame[1024];
  frame[0] = static_cast<char>(depth);
  return depth == INT32_MAX ? 0 : recurse(depth + 1) + frame[0];
}
void overflow() { _exit(recurse(0)); }

volatile int* volatile const nowhere = reinterpret_cast<int*>(16);

TEST(StackOverflow, NamesTheCoroutineItsSizeTheOptionsAndTheSpawnSite) {
  const dead_program dead = run_in_child([] { run([] { spawn("parser", [] { overflow(); }).join(); }); });

  EXPECT_THAT(dead.text, HasSubstr("weft: stack overflow: coroutine #"));
  EXPECT_THAT(dead.text, HasSubstr("\"parser\" needed more than its 262144 bytes"));
  EXPECT_THAT(dead.text, HasSubstr("overflow_test.cpp:"));
  EXPECT_THAT(dead.text, HasSubstr("run_options::stack_size"));
  EXPECT_THAT(dead.text, HasSubstr("spawn_options::stack_size"));
  EXPECT_THAT(dead.text, HasSubstr("WEFT_STACK_SIZE=524288"));
  EXPECT_TRUE(dead.died_of(SIGSEGV)) << dead.status;
}

TEST(StackOverflow, SaysItOnce) {
  const dead_program dead = run_in_child([] { run([] { overflow(); }); });

  EXPECT_EQ(dead.text.find("stack overflow: coroutine"), dead.text.rfind("stack overflow: coroutine"));
}

TEST(StackOverflow, KnowsASizeOfItsOwn) {
  const dead_program dead =
      run_in_child([] { run([] { spawn(spawn_options{.stack_size = 80 * 1024}, [] { overflow(); }).join(); }); });

  EXPECT_THAT(dead.text, HasSubstr("needed more than its 81920 bytes"));
}

TEST(StackOverflow, OfMainNamesMain) {
  const dead_program dead = run_in_child([] { run([] { overflow(); }); });

  EXPECT_THAT(dead.text, HasSubstr("\"main\" needed more than its"));
  EXPECT_TRUE(dead.died_of(SIGSEGV)) << dead.status;
}

TEST(StackOverflow, OnAnotherThreadIsReportedToo) {
  const dead_program dead = run_in_child([] { std::thread([] { run([] { overflow(); }); }).join(); });

  EXPECT_THAT(dead.text, HasSubstr("\"main\" needed more than its"));
  EXPECT_TRUE(dead.died_of(SIGSEGV)) << dead.status;
}

TEST(StackOverflow, InAGeneratorNamesTheCoroutineItRunsIn) {
  const dead_program dead = run_in_child([] {
    run([] {
      spawn("reader", [] {
        generator<int> g([](generator<int>::yielder&) { overflow(); });
        g.next();
      }).join();
    });
  });

  EXPECT_THAT(dead.text, HasSubstr("a generator or greenlet in coroutine #"));
  EXPECT_THAT(dead.text, HasSubstr("\"reader\""));
}

TEST(StackOverflow, InAGeneratorWithoutASchedulerIsReported) {
  const dead_program dead = run_in_child([] {
    generator<int> g([](generator<int>::yielder&) { overflow(); });
    g.next();
  });

  EXPECT_THAT(dead.text, HasSubstr("a generator or greenlet outside of a coroutine needed more than its"));
}

TEST(StackOverflow, ANameCannotTalkToTheTerminal) {
  const dead_program dead =
      run_in_child([] { run([] { spawn("a\x1b[2J\xc2\x9b\xe2\x9c\x93", [] { overflow(); }).join(); }); });

  EXPECT_THAT(dead.text, HasSubstr("\"a?[2J\xc2?\xe2\x9c\x93\""));
}

TEST(StackOverflow, LeavesADiaryThatEndsWithIt) {
  const temporary_trace file;
  const dead_program dead = run_in_child([&] {
    trace::start({.path = file.path()});
    run([] {
      spawn("sleeper", [] { sleep_for(std::chrono::hours(1)); });
      spawn("parser", [] {
        yield();
        overflow();
      }).join();
    });
  });
  ASSERT_TRUE(dead.died_of(SIGSEGV)) << dead.status;

  const diary::history h(diary::reader::open(file.path()));

  EXPECT_EQ(h.violation_count(), 0u);
  ASSERT_GT(h.source().event_count(), 0u);
  const diary::event last = h.source().at(h.source().event_count() - 1);
  EXPECT_EQ(last.type, diary::event_type::error);
  EXPECT_THAT(std::string(last.text), HasSubstr("\"parser\" needed more than its 262144 bytes"));
  const diary::scheduler_state end = h.state_after(h.source().event_count());
  const diary::coroutine_state* running = end.by_slot(end.threads()[0].running_slot);
  ASSERT_NE(running, nullptr);
  EXPECT_EQ(h.string(running->name), "parser");
}

TEST(StackOverflow, AnotherFaultKillsWithoutAWord) {
  const dead_program dead = run_in_child([] { run([] { *nowhere = 1; }); });

  EXPECT_THAT(dead.text, Not(HasSubstr("weft: ")));
  EXPECT_TRUE(dead.died_of(SIGSEGV)) << dead.status;
}

TEST(StackOverflow, ASignalThatWasSentKills) {
  const dead_program dead = run_in_child([] { run([] { raise(SIGSEGV); }); });

  EXPECT_THAT(dead.text, Not(HasSubstr("weft: ")));
  EXPECT_TRUE(dead.died_of(SIGSEGV)) << dead.status;
}

TEST(StackOverflow, TheAlternateStackIsThereDuringTheRunAndGivenBack) {
  std::thread([] {
    stack_t before{}, during{}, after{};
    sigaltstack(nullptr, &before);
    run([&] { sigaltstack(nullptr, &during); });
    sigaltstack(nullptr, &after);

    EXPECT_EQ(during.ss_flags & SS_DISABLE, 0);
    EXPECT_GE(during.ss_size, 64u * 1024);
    EXPECT_EQ(after.ss_flags & SS_DISABLE, before.ss_flags & SS_DISABLE);
    if ((before.ss_flags & SS_DISABLE) == 0) {
      EXPECT_EQ(after.ss_sp, before.ss_sp);
    }
  }).join();
}

TEST(StackOverflow, AThreadsOwnLargeAlternateStackIsKept) {
  std::thread([] {
    static char own[128 * 1024];
    stack_t before{};
    sigaltstack(nullptr, &before);
    stack_t set{};
    set.ss_sp = own;
    set.ss_size = sizeof own;
    sigaltstack(&set, nullptr);

    run([&] {
      stack_t during{};
      sigaltstack(nullptr, &during);
      EXPECT_EQ(during.ss_sp, own);
    });

    stack_t after{};
    sigaltstack(nullptr, &after);
    EXPECT_EQ(after.ss_sp, own);
    sigaltstack(&before, nullptr);
  }).join();
}

#if defined(__linux__)  // for /proc/self/exe
// The disabled tests run in the other process.

TEST(EarlierHandler, DISABLED_GetsTheOverflowAfterTheMessage) {
  struct sigaction theirs {};
  theirs.sa_handler = [](int) { _exit(43); };
  theirs.sa_flags = SA_ONSTACK;
  sigaction(SIGSEGV, &theirs, nullptr);
  sigaction(SIGBUS, &theirs, nullptr);
  run([] { overflow(); });
}
TEST(EarlierHandler, GetsTheOverflowAfterTheMessage) {
  const dead_program dead = run_afresh("EarlierHandler.DISABLED_GetsTheOverflowAfterTheMessage");

  EXPECT_THAT(dead.text, HasSubstr("weft: stack overflow"));
  ASSERT_TRUE(WIFEXITED(dead.status));
  EXPECT_EQ(WEXITSTATUS(dead.status), 43);
}

TEST(EarlierHandler, DISABLED_GetsFaultsThatAreNotOurs) {
  struct sigaction theirs {};
  theirs.sa_sigaction = [](int, siginfo_t* info, void*) { _exit(info->si_addr == nowhere ? 42 : 1); };
  theirs.sa_flags = SA_SIGINFO;
  sigaction(SIGSEGV, &theirs, nullptr);
  sigaction(SIGBUS, &theirs, nullptr);
  run([] { *nowhere = 1; });
}
TEST(EarlierHandler, GetsFaultsThatAreNotOurs) {
  const dead_program dead = run_afresh("EarlierHandler.DISABLED_GetsFaultsThatAreNotOurs");

  EXPECT_EQ(dead.text, "");
  ASSERT_TRUE(WIFEXITED(dead.status));
  EXPECT_EQ(WEXITSTATUS(dead.status), 42);
}

TEST(EarlierHandler, DISABLED_ThatMendsTheFaultIsAskedEachTime) {
  static void* page = mmap(nullptr, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  static int calls = 0;
  struct sigaction theirs {};
  theirs.sa_handler = [](int) {
    ++calls;
    mprotect(page, 4096, PROT_READ | PROT_WRITE);
  };
  sigaction(SIGSEGV, &theirs, nullptr);
  sigaction(SIGBUS, &theirs, nullptr);
  run([] {
    for (int i = 0; i < 3; ++i) {
      mprotect(page, 4096, PROT_NONE);
      *static_cast<volatile char*>(page) = 1;
    }
  });
  _exit(calls == 3 ? 0 : 1);
}
TEST(EarlierHandler, ThatMendsTheFaultIsAskedEachTime) {
  const dead_program dead = run_afresh("EarlierHandler.DISABLED_ThatMendsTheFaultIsAskedEachTime");

  EXPECT_EQ(dead.status, 0);
}

TEST(EarlierHandler, DISABLED_NoneDiesOfAnotherFault) {
  run([] { *nowhere = 1; });
}
TEST(EarlierHandler, NoneDiesOfAnotherFault) {
  const dead_program dead = run_afresh("EarlierHandler.DISABLED_NoneDiesOfAnotherFault");

  EXPECT_THAT(dead.text, Not(HasSubstr("weft: ")));
  EXPECT_TRUE(dead.died_of(SIGSEGV)) << dead.status;
}

TEST(EarlierHandler, DISABLED_IgnoringOneIgnoresASignalThatWasSent) {
  signal(SIGSEGV, SIG_IGN);
  run([] { raise(SIGSEGV); });
  _exit(0);
}
TEST(EarlierHandler, IgnoringOneIgnoresASignalThatWasSent) {
  const dead_program dead = run_afresh("EarlierHandler.DISABLED_IgnoringOneIgnoresASignalThatWasSent");

  EXPECT_EQ(dead.status, 0);
}

#endif

// ---- the stack_mark event

[[gnu::noinline]] void use_stack(std::size_t bytes) {
  volatile char* const frame = static_cast<volatile char*>(__builtin_alloca(bytes));
  for (std::size_t i = 0; i < bytes; i += 512) frame[i] = 1;
}

std::vector<diary::event> marks_of(const diary::history& h) {
  std::vector<diary::event> marks;
  h.source().for_each(0, h.source().event_count(), [&](const diary::event& e) {
    if (e.type == diary::event_type::stack_mark) marks.push_back(e);
    return true;
  });
  return marks;
}

TEST(StackMark, TellsHowDeepAStackWasUsed) {
  support::simulation s;

  const diary::history h = support::record(s, [] { spawn("deep", [] { use_stack(150 * 1024); }).join(); });

  std::uint64_t deepest = 0;
  for (const diary::event& e : marks_of(h)) {
    if (e.args[1] > deepest) deepest = e.args[1];
    EXPECT_EQ(e.args[2], 256u * 1024);
  }
  EXPECT_GE(deepest, 150u * 1024);
  EXPECT_LT(deepest, 256u * 1024);
  EXPECT_EQ(h.violation_count(), 0u);
}

TEST(StackMark, IsToldAgainOnlyWhenItIsDeeper) {
  support::simulation s;

  const diary::history h = support::record(s, [] {
    for (int i = 0; i < 1000; ++i) spawn([] {}).join();
  });

  EXPECT_GE(marks_of(h).size(), 1u);
  EXPECT_LE(marks_of(h).size(), 4u);
}

}  // namespace
}  // namespace weft
