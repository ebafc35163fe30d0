// fork() while coroutines are alive: the child leaves the parent's scheduler behind, runs its own, and exits; the
// parent notices nothing.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <string>
#include <thread>

#include "core/sanitizer.hpp"
#include "support/emulator.hpp"
#include "support/recorded.hpp"
#include "support/threaded_fork.hpp"
#include "weft/event.hpp"
#include "weft/io.hpp"
#include "weft/mutex.hpp"
#include "weft/run.hpp"
#include "weft/this_coroutine.hpp"
#include "weft/timeout.hpp"

namespace weft {
namespace {

using namespace std::chrono_literals;

// Forks; the child calls `child` in the coroutine that forks. Returns the child's wait status.
int status_of_child(const std::function<void()>& child) {
  const pid_t pid = fork();
  if (pid == 0) {
    child();
    _exit(0);
  }
  int status = -1;
  EXPECT_EQ(waitpid(pid, &status, 0), pid);
  return status;
}
int exit_code_of_child(const std::function<void()>& child) {
  const int status = status_of_child(child);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST(Fork, TheChildIsInNoCoroutine) {
  run([] {
    EXPECT_EQ(exit_code_of_child([] { _exit(this_coroutine::id() == 0 ? 7 : 1); }), 7);
    EXPECT_NE(this_coroutine::id(), 0u);
  });
}

TEST(Fork, AFreshRunWorksInTheChild) {
  run([] {
    const std::string captured = "readable";
    const int code = exit_code_of_child([&] {
      const int sum = run([&] {
        const task<int> a = spawn([] {
          sleep_for(1us);
          return 40;
        });
        const task<int> b = spawn([&] { return captured == "readable" ? 2 : 0; });
        return a.get() + b.get();
      });
      _exit(sum);
    });

    EXPECT_EQ(code, 42);
  });
}

TEST(Fork, TheParentsCoroutinesDoNotRunInTheChild) {
  run([] {
    int ends[2];
    ASSERT_EQ(pipe(ends), 0);
    const pid_t parent = getpid();
    event go;
    const task<> other = spawn([&] {
      go.wait();
      if (getpid() != parent) static_cast<void>(!write(ends[1], "x", 1));
    });
    yield();
    const int code = exit_code_of_child([&] {
      go.set();
      run([] {
        for (int i = 0; i < 100; ++i) yield();
        sleep_for(1us);
      });
      _exit(0);
    });
    EXPECT_EQ(code, 0);
    close(ends[1]);
    char byte = 0;
    EXPECT_EQ(read(ends[0], &byte, 1), 0);
    close(ends[0]);
    EXPECT_FALSE(other.finished()) << "the child's set() reached the parent";
    go.set();
    other.get();
  });
}

TEST(Fork, TheChildMayLeaveByExit) {
#if defined(WEFT_ASAN)
  GTEST_SKIP() << "LeakSanitizer sees the coroutines that the child has left behind";
#endif
  run([] {
    const task<> sleeper = spawn([] { sleep_for(1h); });
    yield();
    EXPECT_EQ(exit_code_of_child([] {
                run([] { spawn([] {}).join(); });
                std::exit(9);
              }),
              9);
    sleeper.cancel();
  });
}

TEST(Fork, AChildThatReturnsFromTheCoroutineSaysSoAndEnds) {
  run([] {
    int ends[2];
    ASSERT_EQ(pipe(ends), 0);
    pid_t child = 0;
    const task<> t = spawn([&] {
      child = fork();
      if (child == 0) dup2(ends[1], STDERR_FILENO);
    });
    t.join();
    close(ends[1]);
    char text[256] = "";
    EXPECT_GT(read(ends[0], text, sizeof text - 1), 0);
    close(ends[0]);
    int status = 0;
    EXPECT_EQ(waitpid(child, &status, 0), child);

    EXPECT_THAT(text, testing::HasSubstr("a forked child came to the end of its parent's coroutine"));
    EXPECT_EQ(status, 1 << 8);
  });
}

// Registered when the program is loaded: before any run.
bool yields_in_child = false;
[[gnu::constructor]] void register_early() {
  pthread_atfork(nullptr, nullptr, [] {
    if (yields_in_child) yield();
  });
}

TEST(Fork, AnAtForkHandlerOfTheProgramDoesNotRunTheParentsCoroutines) {
  const pid_t parent = getpid();
  run([&] {
    bool stop = false;
    const task<> other = spawn([&] {
      while (!stop) {
        if (getpid() != parent) _exit(5);
        yield();
      }
    });
    yield();
    yields_in_child = true;
    EXPECT_EQ(exit_code_of_child([] {}), 0);
    yields_in_child = false;
    stop = true;
    other.join();
  });
}

TEST(Fork, AnEndlessWaitForWhatOnlyTheParentHasIsAnErrorThatSaysSo) {
  run([] {
    mutex held;
    event never;
    const task<> other = spawn([&] {
      const std::lock_guard guard(held);
      never.wait();
    });
    yield();
    const auto says_so = [](const auto& wait) {
      try {
        wait();
      } catch (const std::exception& e) {
        return std::string(e.what()).find("forked child") != std::string::npos;
      }
      return false;
    };
    const int code = exit_code_of_child([&] {
      alarm(20);
      if (!says_so([&] { other.join(); })) _exit(1);
      if (!says_so([&] { held.lock(); })) _exit(2);
      if (!says_so([&] { never.wait(); })) _exit(3);
      if (!says_so([] { spawn([] {}); })) _exit(4);
      if (!says_so([] { timeout_scope limit(1ms); })) _exit(5);
      if (!says_so([&] { run([&] { other.join(); }); })) _exit(6);
      if (!says_so([&] { run([&] { held.lock(); }); })) _exit(7);
    });
    EXPECT_EQ(code, 0);
    never.set();
    other.join();
  });
}

#if defined(__linux__)
TEST(Fork, TheChildHasNoPollerOfItsParent) {
  const auto pollers = [] {
    int count = 0;
    for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
      std::error_code gone;
      const std::string target = std::filesystem::read_symlink(entry.path(), gone).string();
      count += target == "anon_inode:[eventpoll]" || target == "anon_inode:[eventfd]";
    }
    return count;
  };
  event done;
  std::thread other([&] { run([&] { done.wait(); }); });  // its scheduler's thread, too

  run([&] {
    sleep_for(1us);
    EXPECT_GE(pollers(), 2);
    EXPECT_EQ(exit_code_of_child([&] { _exit(pollers()); }), 0);
    done.set();
  });
  other.join();
}
#endif

TEST(Fork, TheParentStillHearsOfItsFds) {
  run([] {
    int ends[2];
    ASSERT_EQ(pipe(ends), 0);
    const task<bool> reader = spawn([&] { return wait_readable_for(ends[0], 10s); });
    yield();
    sleep_for(1us);  // it is registered now
    EXPECT_EQ(exit_code_of_child([] { run([] { sleep_for(1us); }); }), 0);

    ASSERT_EQ(write(ends[1], "x", 1), 1);

    EXPECT_TRUE(reader.get());
    close(ends[0]);
    close(ends[1]);
  });
}

TEST(Fork, AParentsTaskIsHarmlessInTheChild) {
  run([] {
    const task<> t = spawn([] { sleep_for(1h); });
    yield();
    EXPECT_EQ(exit_code_of_child([&] {
                t.cancel();
                run([&] {
                  t.cancel();
                  EXPECT_FALSE(t.join_for(1us));
                });
                _exit(t.finished() ? 1 : 0);
              }),
              0);
    EXPECT_EQ(t.status(), task_status::running);
    t.cancel();
  });
}

TEST(Fork, ThreadsThatPostMeanwhileDoNotHangTheChild) {
  if (support::emulated()) {
    GTEST_SKIP() << "qemu-user hangs when one thread maps memory while another forks, also in a program without weft";
  }
  run([] {
    std::atomic<bool> stop{false};
    const task<> target = spawn([] {
      for (;;) sleep_for(1h);
    });
    yield();
    std::thread poster([&] {
      while (!stop) {
        static_cast<void>(target.status());
        run([] { yield(); });
      }
    });
    for (int i = 0; i < 100; ++i) EXPECT_EQ(exit_code_of_child([] { run([] { sleep_for(1us); }); }), 0);
    stop = true;
    poster.join();
    target.cancel();
  });
}

TEST(Fork, EachProcessHasItsOwnTrace) {
  if (const char* const why = support::no_threads_after_fork()) GTEST_SKIP() << why;
  const support::temporary_trace file;
  pid_t child = 0;
  trace::start({.path = file.path()});
  run([&] {
    const task<> other = spawn("other", [] { sleep_for(1ms); });
    yield();
    child = fork();
    if (child == 0) {
      run([] { spawn("child's", [] {}).join(); });
      trace::stop();
      _exit(0);
    }
    int status = -1;
    waitpid(child, &status, 0);
    EXPECT_EQ(status, 0);
    other.join();
  });
  trace::stop();

  const std::string childs_path = file.path() + "." + std::to_string(child);
  const diary::history parents(diary::reader::open(file.path()));
  const diary::history childs(diary::reader::open(childs_path));
  std::filesystem::remove(childs_path);
  EXPECT_EQ(parents.violation_count(), 0u);
  EXPECT_EQ(childs.violation_count(), 0u);
  EXPECT_EQ(parents.coroutines().size(), 2u);
  EXPECT_EQ(childs.coroutines().size(), 2u);
}

}  // namespace
}  // namespace weft
