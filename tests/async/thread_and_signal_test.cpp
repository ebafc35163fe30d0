// Signals that arrive on coroutine stacks, and threads and processes that end while they have coroutines.
#include <gtest/gtest.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

#if __has_include(<execinfo.h>)
#include <execinfo.h>
#endif

#include "core/sanitizer.hpp"
#include "support/recorded.hpp"
#include "weft/io.hpp"
#include "weft/run.hpp"
#include "weft/this_coroutine.hpp"
#include "weft_switch.h"

namespace weft {
namespace {

using namespace std::chrono_literals;

volatile std::sig_atomic_t ticks = 0;

// Uses floating point, errno and a few KiB of the interrupted stack.
void on_tick(int) {
  const int saved = errno;
  volatile double room[256];
  for (int i = 0; i < 256; ++i) room[i] = i * 1.5;
  errno = ENOENT;
  ticks = ticks + static_cast<int>(room[2] / 3.0);
  errno = saved;
}

// Sends SIGALRM every 200 us while it exists.
class ticking {
 public:
  ticking() {
    ticks = 0;
    struct sigaction action {};
    action.sa_handler = &on_tick;
    sigaction(SIGALRM, &action, &before_);
    const itimerval every{{0, 200}, {0, 200}};
    setitimer(ITIMER_REAL, &every, nullptr);
  }
  ~ticking() {
    const itimerval never{};
    setitimer(ITIMER_REAL, &never, nullptr);
    sigaction(SIGALRM, &before_, nullptr);
  }

 private:
  struct sigaction before_ {};
};

TEST(Signals, OnCoroutineStacksDisturbNobody) {
  run([] {
    const ticking t;
    std::vector<task<bool>> workers;
    for (int n = 0; n < 16; ++n) {
      workers.push_back(spawn([n] {
        long sum = 0;
        double product = 1.0;
        long expected = 0;
        for (long i = 0; ticks < 20; ++i) {
          sum += i * n;
          expected = i * (i + 1) / 2 * n;
          product = product * 1.5 / 1.5;
          yield();
        }
        return sum == expected && product == 1.0;
      }));
    }
    for (const task<bool>& w : workers) EXPECT_TRUE(w.get());
  });
}

TEST(Signals, NoWaitIsEndedByOne) {
  run([] {
    int ends[2];
    ASSERT_EQ(pipe(ends), 0);
    const ticking t;
    const auto start = std::chrono::steady_clock::now();
    const task<bool> reader = spawn([&] { return wait_readable_for(ends[0], 1h); });

    sleep_for(5ms);  // not less, though 25 signals come meanwhile

    EXPECT_GE(std::chrono::steady_clock::now() - start, 5ms);
    EXPECT_FALSE(reader.finished());
    static_cast<void>(!write(ends[1], "x", 1));
    EXPECT_TRUE(reader.get());
    close(ends[0]);
    close(ends[1]);
  });
}

TEST(Signals, AHandlerMayRunOnTheAlternateStack) {
  run([] {
    struct sigaction action {
    }, before{};
    static std::atomic<const void*> where{nullptr};
    action.sa_handler = [](int) {
      volatile char here = 0;
      where = const_cast<const char*>(&here);
    };
    action.sa_flags = SA_ONSTACK;
    sigaction(SIGUSR1, &action, &before);
    stack_t alternate{};
    sigaltstack(nullptr, &alternate);

    spawn([] { raise(SIGUSR1); }).join();

#if !defined(WEFT_ASAN)  // its frames may be on the heap
    const auto* base = static_cast<const char*>(alternate.ss_sp);
    const auto* at = static_cast<const char*>(where.load());
    EXPECT_TRUE(at >= base && at < base + alternate.ss_size);
#endif
    sigaction(SIGUSR1, &before, nullptr);
  });
}

TEST(ThreadEnd, ThreadLocalsOfAThreadThatRanCoroutinesAreDestroyed) {
  static std::atomic<int> destroyed{0};
  struct counted {
    int value = 1;
    ~counted() { ++destroyed; }
  };
  std::thread([] {
    run([] {
      static thread_local counted mine;
      spawn([] {
        static thread_local counted other;
        ++other.value;
        yield();
      }).join();
      ++mine.value;
    });
  }).join();

  EXPECT_EQ(destroyed, 2);
}

TEST(ThreadEnd, AThreadLocalsDestructorMayRunCoroutines) {
  static std::atomic<int> result{0};
  struct late {
    bool armed = false;
    ~late() {
      if (armed) result = run([] { return spawn([] { return 5; }).get(); });
    }
  };
  std::thread([] {
    static thread_local late mine;
    mine.armed = true;
    run([] { yield(); });
  }).join();

  EXPECT_EQ(result, 5);
}

TEST(ThreadEnd, ManyThreadsInARowLeaveNothingBehind) {
  for (int i = 0; i < 50; ++i) {
    std::thread([] {
      run([] {
        for (int k = 0; k < 10; ++k) spawn([] { yield(); });
      });
    }).join();
  }
}

#if __has_include(<execinfo.h>) && !defined(__APPLE__)
TEST(Backtrace, OfACoroutineEndsAtItsEntry) {
  std::vector<void*> frames(100);
  int count = 0;
  run([&] {
    spawn([&] {
      yield();
      count = backtrace(frames.data(), static_cast<int>(frames.size()));
    }).join();
  });
  ASSERT_GT(count, 2);
  ASSERT_LT(count, 100) << "it runs off the stack's end";
  // Some unwinders count the end marker after the last frame as a frame.
  while (count > 0 && frames[static_cast<std::size_t>(count) - 1] == nullptr) --count;

  const auto last = reinterpret_cast<std::uintptr_t>(frames[static_cast<std::size_t>(count) - 1]);
  const auto entry = reinterpret_cast<std::uintptr_t>(&weft_context_entry);
  EXPECT_GE(last, entry);
  EXPECT_LT(last, entry + 64);
}
#endif

// The program exits inside of a coroutine: its recording is complete, other coroutines are not unwound.
TEST(ProcessEnd, ExitInACoroutineCompletesTheTrace) {
#if defined(WEFT_ASAN)
  GTEST_SKIP() << "LeakSanitizer sees the coroutines that exit() leaves behind";
#endif
  const support::temporary_trace file;
  const pid_t child = fork();
  if (child == 0) {
    trace::start({.path = file.path()});
    run([] {
      spawn("sleeper", [] { sleep_for(1h); });
      spawn("leaver", [] { std::exit(3); });
      sleep_for(1h);
    });
    _exit(1);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 3 << 8);

  const diary::history h(diary::reader::open(file.path()));

  EXPECT_TRUE(h.source().info().complete);
  EXPECT_EQ(h.violation_count(), 0u);
}

TEST(ProcessEnd, AbortInACoroutineLeavesAReadableTrace) {
  const support::temporary_trace file;
  const pid_t child = fork();
  if (child == 0) {
    trace::start({.path = file.path()});
    run([] { spawn("aborter", [] { std::abort(); }).join(); });
    _exit(1);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFSIGNALED(status));

  const diary::history h(diary::reader::open(file.path()));

  EXPECT_TRUE(h.source().info().truncated);
  EXPECT_EQ(h.violation_count(), 0u);
  EXPECT_EQ(h.coroutines().size(), 2u);
}

}  // namespace
}  // namespace weft
