// Closing an fd for which others wait: coroutines of another scheduler and plain threads.
#include <gmock/gmock.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <fstream>
#include <optional>
#include <string>
#include <thread>

#include "system_error_matcher.hpp"
#include "weft/event.hpp"
#include "weft/io.hpp"
#include "weft/latch.hpp"
#include "weft/run.hpp"
#include "weft/task.hpp"
#include "weft/this_coroutine.hpp"
#include "weft/unix_socket.hpp"

namespace weft {
namespace {

using namespace std::chrono_literals;

class Closing : public testing::Test {
 protected:
  Closing() { EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, fds_.data()), 0); }
  ~Closing() override { ::close(fds_[1]); }
  std::array<int, 2> fds_{-1, -1};
};

TEST_F(Closing, WakesACoroutineOfAnotherScheduler) {
  latch waits{1};
  std::thread other([&] {
    run([&] {
      const auto waiter = spawn([this] { text_of_system_error(ECANCELED, [this] { wait_readable(fds_[0]); }); });
      yield();
      waits.count_down();
      waiter.get();
    });
  });

  waits.wait();
  weft::close(fds_[0]);

  other.join();
}

TEST_F(Closing, ByACoroutineWakesACoroutineOfAnotherScheduler) {
  latch waits{1};
  std::thread other([&] {
    run([&] {
      const auto waiter = spawn([this] { text_of_system_error(ECANCELED, [this] { wait_readable(fds_[0]); }); });
      yield();
      waits.count_down();
      waiter.get();
    });
  });

  run([&] {
    waits.wait();
    weft::close(fds_[0]);
  });

  other.join();
}

// The number is in use again before the other scheduler has noticed the close: the new wait is not disturbed.
TEST_F(Closing, DoesNotTouchAWaitForTheNumbersNextOwner) {
  latch waits{1};
  latch reused{1};
  std::thread closer([&] {
    waits.wait();
    const int number = fds_[0];
    weft::close(fds_[0]);
    ::close(fds_[1]);
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, fds_.data()), 0);
    EXPECT_EQ(fds_[0], number);
    EXPECT_EQ(::write(fds_[1], "x", 1), 1);
    reused.count_down();
  });

  run([&] {
    const auto first = spawn([this] { text_of_system_error(ECANCELED, [this] { wait_readable(fds_[0]); }); });
    yield();
    waits.count_down();
    while (!reused.try_wait()) std::this_thread::yield();  // keeps this thread: its scheduler checks nothing
    wait_readable(fds_[0]);
    first.get();
  });

  closer.join();
  ::close(fds_[0]);
}

#if defined(__linux__)
// Waits until the kernel says that the thread sleeps.
void wait_until_asleep(pid_t thread) {
  char state = '?';
  while (state != 'S') {
    std::ifstream stat("/proc/self/task/" + std::to_string(thread) + "/stat");
    std::string line;
    std::getline(stat, line);
    const std::size_t name_end = line.rfind(')');
    state = name_end == std::string::npos ? '?' : line.at(name_end + 2);
    std::this_thread::yield();
  }
}

TEST_F(Closing, WakesAPlainThread) {
  std::atomic<pid_t> id{0};
  std::thread other([&] {
    id = ::gettid();
    text_of_system_error(ECANCELED, [this] { wait_readable(fds_[0]); });
  });
  while (id == 0) std::this_thread::yield();
  wait_until_asleep(id);

  weft::close(fds_[0]);

  other.join();
}

TEST_F(Closing, WakesAPlainThreadThatReadsAStream) {
  unix_stream mine(fds_[0]);
  std::atomic<pid_t> id{0};
  std::thread other([&] {
    id = ::gettid();
    text_of_system_error(ECANCELED, [&] { (void)mine.read_some(1); });
  });
  while (id == 0) std::this_thread::yield();
  wait_until_asleep(id);

  weft::close(mine.native_handle());

  other.join();
  (void)mine.release();
}

TEST_F(Closing, LeavesThePlainThreadsNextWaitAlone) {
  std::atomic<pid_t> id{0};
  std::thread other([&] {
    id = ::gettid();
    text_of_system_error(ECANCELED, [this] { wait_readable(fds_[0]); });
    EXPECT_FALSE(wait_readable_for(fds_[1], 1ms));
  });
  while (id == 0) std::this_thread::yield();
  wait_until_asleep(id);

  const int kept_open = ::dup(fds_[0]);  // otherwise the other end would see the hang-up
  weft::close(fds_[0]);

  other.join();
  ::close(kept_open);
}
#endif

}  // namespace
}  // namespace weft
