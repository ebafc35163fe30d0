// Waits for the program's own fds.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <system_error>
#include <thread>
#include <vector>

#include "support/close_descriptors.hpp"
#include "support/threaded_fork.hpp"
#include "system_error_matcher.hpp"
#include "weft/io.hpp"
#include "weft/run.hpp"
#include "weft/task.hpp"
#include "weft/this_coroutine.hpp"

namespace weft {
namespace {

using namespace std::chrono_literals;

class Readiness : public testing::Test {
 protected:
  Readiness() { EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, fds_.data()), 0); }
  ~Readiness() override {
    for (const int fd : fds_) {
      if (fd >= 0) ::close(fd);
    }
  }
  std::array<int, 2> fds_{-1, -1};
};

TEST_F(Readiness, WaitReadableReturnsWhenDataArrives) {
  run([this] {
    const auto waiter = spawn([this] { wait_readable(fds_[0]); });
    yield();
    ASSERT_FALSE(waiter.finished());

    ASSERT_EQ(::write(fds_[1], "x", 1), 1);

    waiter.get();
  });
}

TEST_F(Readiness, WaitReadableReturnsAgainWhileTheDataIsStillThere) {
  run([this] {
    ASSERT_EQ(::write(fds_[1], "x", 1), 1);

    wait_readable(fds_[0]);
    wait_readable(fds_[0]);

    EXPECT_TRUE(wait_readable_for(fds_[0], 1h));
  });
}

TEST_F(Readiness, DataThatWasReadMeanwhileIsNotReportedAgain) {
  run([this] {
    ASSERT_EQ(::write(fds_[1], "x", 1), 1);
    wait_readable(fds_[0]);
    char byte = 0;
    ASSERT_EQ(::read(fds_[0], &byte, 1), 1);

    EXPECT_FALSE(wait_readable_for(fds_[0], 2ms));
  });
}

TEST_F(Readiness, WaitWritableReturnsWhenThereIsRoom) {
  run([this] {
    wait_writable(fds_[0]);
    ASSERT_EQ(::fcntl(fds_[0], F_SETFL, O_NONBLOCK), 0);
    const std::string much(100'000, 'm');
    while (::write(fds_[0], much.data(), much.size()) > 0) {
    }
    EXPECT_FALSE(wait_writable_for(fds_[0], 2ms));
    const auto waiter = spawn([this] { wait_writable(fds_[0]); });
    yield();
    ASSERT_FALSE(waiter.finished());

    ASSERT_EQ(::fcntl(fds_[1], F_SETFL, O_NONBLOCK), 0);
    std::string sink(100'000, ' ');
    while (::read(fds_[1], sink.data(), sink.size()) > 0) {
    }

    waiter.get();
  });
}

TEST_F(Readiness, BothDirectionsOfOneFdAreWaitedForAtOnce) {
  run([this] {
    const auto reader = spawn([this] { wait_readable(fds_[0]); });
    const auto writer = spawn([this] { wait_writable(fds_[0]); });

    writer.get();
    EXPECT_FALSE(reader.finished());
    ASSERT_EQ(::write(fds_[1], "x", 1), 1);
    reader.get();
  });
}

TEST_F(Readiness, SeveralWaitersOfOneDirectionAreWokenInOrder) {
  run([this] {
    std::vector<int> order;
    std::vector<task<void>> waiters;
    for (int i = 0; i < 3; ++i) {
      waiters.push_back(spawn([this, i, &order] {
        wait_readable(fds_[0]);
        order.push_back(i);
      }));
    }
    yield();

    ASSERT_EQ(::write(fds_[1], "x", 1), 1);

    for (const auto& waiter : waiters) waiter.get();
    EXPECT_THAT(order, testing::ElementsAre(0, 1, 2));
  });
}

TEST_F(Readiness, HangUpEndsBothWaits) {
  run([this] {
    wait_writable(fds_[0]);
    const auto reader = spawn([this] { wait_readable(fds_[0]); });
    yield();

    ::close(fds_[1]);
    fds_[1] = -1;

    reader.get();
  });
}

TEST_F(Readiness, CloseWakesWaitersWithEcanceledAndFreesTheNumber) {
  run([this] {
    const int fd = fds_[0];
    const auto waiter = spawn([fd] { text_of_system_error(ECANCELED, [fd] { wait_readable(fd); }); });
    yield();

    weft::close(fd);
    const int reused = ::dup(fds_[1]);
    EXPECT_EQ(reused, fd) << "the lowest free number";

    waiter.get();
    EXPECT_EQ(::send(fds_[1], "x", 1, MSG_NOSIGNAL), -1) << "the old one is really closed";
    ::close(reused);
    fds_[0] = -1;
  });
}

TEST_F(Readiness, NumberReusedAfterCloseIsWaitedForAfresh) {
  run([this] {
    const auto first = spawn([this] { text_of_system_error(ECANCELED, [this] { wait_readable(fds_[0]); }); });
    yield();
    const int number = fds_[0];
    weft::close(number);
    weft::close(fds_[1]);
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, fds_.data()), 0);
    ASSERT_EQ(fds_[0], number);
    const auto second = spawn([this] { wait_readable(fds_[0]); });
    yield();
    EXPECT_FALSE(second.finished());

    ASSERT_EQ(::write(fds_[1], "x", 1), 1);

    first.get();
    second.get();
  });
}

TEST_F(Readiness, NumberReusedAfterABareCloseIsWaitedForAfresh) {
  run([this] {
    EXPECT_FALSE(wait_readable_for(fds_[0], 1ms));
    const int number = fds_[0];
    ::close(fds_[0]);
    ::close(fds_[1]);
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, fds_.data()), 0);
    ASSERT_EQ(fds_[0], number);
    const auto waiter = spawn([this] { wait_readable(fds_[0]); });
    yield();

    ASSERT_EQ(::write(fds_[1], "x", 1), 1);

    waiter.get();
  });
}

TEST_F(Readiness, CancelEndsTheWait) {
  run([this] {
    const auto waiter = spawn([this] { wait_readable(fds_[0]); });
    yield();

    waiter.cancel();
    waiter.join();

    EXPECT_EQ(waiter.status(), task_status::cancelled);
  });
}

TEST_F(Readiness, PlainThreadBlocks) {
  EXPECT_FALSE(wait_readable_for(fds_[0], 1ms));
  std::thread other([this] { EXPECT_EQ(::write(fds_[1], "x", 1), 1); });

  wait_readable(fds_[0]);

  other.join();
}

TEST(ReadinessOfOtherFds, ClosedOneIsAnError) {
  run([] {
    text_of_system_error(EBADF, [] { wait_readable(-1); });
    text_of_system_error(EBADF, [] { wait_readable_for(1'000'000, 0ms); });
    text_of_system_error(EBADF, [] { weft::close(1'000'000); });
  });
}

TEST(ReadinessOfOtherFds, RegularFileIsAlwaysReady) {
  std::array<char, 32> path{"weft_readiness_test_XXXXXX"};
  const int file = ::mkstemp(path.data());
  ASSERT_GE(file, 0);
  ::unlink(path.data());

  run([file] {
    wait_readable(file);
    wait_writable(file);
    EXPECT_TRUE(wait_readable_for(file, 1ms));
  });

  ::close(file);
}

// Nothing is as large as the largest number.
TEST(ReadinessOfNobodys, TheLargestNumberIsNoFd) {
  run([] { text_of_system_error(EBADF, [] { wait_readable(std::numeric_limits<int>::max()); }); });
}

// A daemon closes every fd and opens files of its own. In a child, so that the test keeps its own.
TEST(ReadinessOfNobodys, AThreadsAlarmIsNoFileOfAProgramThatClosedIt) {
  if (const char* why = support::no_threads_after_fork()) GTEST_SKIP() << why;
  const pid_t child = ::fork();
  if (child == 0) {
    ::alarm(20);
    int wrong = 0;
    std::thread([&wrong] {
      std::array<int, 2> ends{-1, -1};
      (void)!::pipe(ends.data());
      (void)wait_readable_for(ends[0], 1ms);  // makes the alarm
      support::close_all_descriptors();
      std::vector<int> files;
      for (int i = 0; i < 8; ++i) files.push_back(::fileno(std::tmpfile()));
      (void)!::pipe(ends.data());
      std::thread closer([&ends] {
        std::this_thread::sleep_for(50ms);
        weft::close(ends[0]);
      });
      try {
        wait_readable(ends[0]);
        wrong |= 1;
      } catch (const std::system_error& e) {
        if (e.code().value() != ECANCELED) wrong |= 1;
      }
      closer.join();
      for (const int file : files) {
        struct stat status {};
        if (::fstat(file, &status) != 0 || status.st_size != 0) wrong |= 2;
      }
    }).join();
    // The thread's end closed its alarm, and nothing else.
    int open = 0;
    for (int fd = 3; fd < 64; ++fd) open += ::fcntl(fd, F_GETFD) >= 0 ? 1 : 0;
    if (open != 9) wrong |= 4;  // the files and the pipe's writing end
    ::_exit(wrong);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

}  // namespace
}  // namespace weft
