// The contract of every poller, on real pipes and socket pairs. Time passes only where a time-out itself is tested (1
// ms).
#include "core/poller.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <system_error>
#include <thread>
#include <vector>

#include "poller_under_test.hpp"
#include "trace/words/states.hpp"

namespace weft::core {
namespace {

using diary::fd_error_bit;
using diary::fd_readable_bit;
using diary::fd_writable_bit;

struct two_fds {
  std::array<int, 2> fds{-1, -1};
  ~two_fds() {
    close(0);
    close(1);
  }
  void close(std::size_t end) {
    if (fds[end] >= 0) ::close(fds[end]);
    fds[end] = -1;
  }
};
struct socket_pair : two_fds {
  socket_pair() { EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds.data()), 0); }
};
struct pipe_pair : two_fds {
  pipe_pair() { EXPECT_EQ(::pipe2(fds.data(), O_NONBLOCK), 0); }
  int reader() const { return fds[0]; }
  int writer() const { return fds[1]; }
};

void write_byte(int fd) { EXPECT_EQ(::write(fd, "x", 1), 1); }
void read_byte(int fd) {
  char byte = 0;
  EXPECT_EQ(::read(fd, &byte, 1), 1);
}

class every_poller : public testing::Test {
 protected:
  // Returns everything that is ready now.
  std::vector<io_event> look() {
    std::vector<io_event> found;
    std::array<io_event, 8> events;
    while (const std::size_t count = poller_->wait(events, 0)) {
      found.insert(found.end(), events.begin(), events.begin() + static_cast<std::ptrdiff_t>(count));
    }
    return found;
  }
  // Returns all bits that are reported now for one fd; a poller may report the directions separately.
  std::uint64_t ready_now(int fd) {
    std::uint64_t bits = 0;
    for (const io_event& e : look()) bits |= e.fd == fd ? e.ready : 0;
    return bits;
  }

  std::unique_ptr<poller> poller_ = make_poller_under_test();
  std::array<io_event, 8> events_;
};

TEST_F(every_poller, ReportsWhatIsReadyAlreadyWhenWatched) {
  socket_pair both;

  ASSERT_EQ(poller_->watch(both.fds[0], 1), 0);

  EXPECT_EQ(ready_now(both.fds[0]), fd_writable_bit);
}

TEST_F(every_poller, ReportsAnEdgeOnce) {
  pipe_pair pipe;
  ASSERT_EQ(poller_->watch(pipe.reader(), 1), 0);
  write_byte(pipe.writer());

  EXPECT_EQ(ready_now(pipe.reader()), fd_readable_bit);
  EXPECT_EQ(ready_now(pipe.reader()), 0U) << "the byte is still there, but that is no news";
}

TEST_F(every_poller, ReportsEachNewArrival) {
  pipe_pair pipe;
  ASSERT_EQ(poller_->watch(pipe.reader(), 1), 0);
  write_byte(pipe.writer());
  EXPECT_EQ(ready_now(pipe.reader()), fd_readable_bit);
  read_byte(pipe.reader());

  write_byte(pipe.writer());

  EXPECT_EQ(ready_now(pipe.reader()), fd_readable_bit);
}

TEST_F(every_poller, RearmReportsTheLevelAgain) {
  pipe_pair pipe;
  ASSERT_EQ(poller_->watch(pipe.reader(), 1), 0);
  write_byte(pipe.writer());
  EXPECT_EQ(ready_now(pipe.reader()), fd_readable_bit);

  EXPECT_EQ(poller_->rearm(pipe.reader(), 1), 0);

  EXPECT_EQ(ready_now(pipe.reader()), fd_readable_bit);
}

TEST_F(every_poller, RearmReportsNothingWhenNothingIsReady) {
  pipe_pair pipe;
  ASSERT_EQ(poller_->watch(pipe.reader(), 1), 0);

  EXPECT_EQ(poller_->rearm(pipe.reader(), 1), 0);

  EXPECT_EQ(ready_now(pipe.reader()), 0U);
}

TEST_F(every_poller, CarriesTheGeneration) {
  pipe_pair pipe;
  write_byte(pipe.writer());

  ASSERT_EQ(poller_->watch(pipe.reader(), 0xfedcba98U), 0);

  ASSERT_EQ(poller_->wait(events_, 0), 1U);
  EXPECT_EQ(events_[0].fd, pipe.reader());
  EXPECT_EQ(events_[0].generation, 0xfedcba98U);
}

TEST_F(every_poller, WatchingAgainTakesTheNewGeneration) {
  pipe_pair pipe;
  ASSERT_EQ(poller_->watch(pipe.reader(), 1), 0);
  ASSERT_EQ(poller_->watch(pipe.reader(), 2), 0);

  write_byte(pipe.writer());

  ASSERT_EQ(poller_->wait(events_, 0), 1U);
  EXPECT_EQ(events_[0].generation, 2U);
}

TEST_F(every_poller, ForgottenFdIsSilent) {
  pipe_pair pipe;
  ASSERT_EQ(poller_->watch(pipe.reader(), 1), 0);
  write_byte(pipe.writer());

  poller_->forget(pipe.reader());

  EXPECT_THAT(look(), testing::IsEmpty());
}

TEST_F(every_poller, ForgettingAnUnwatchedFdIsHarmless) {
  pipe_pair pipe;

  poller_->forget(pipe.reader());
  poller_->forget(-1);

  EXPECT_EQ(poller_->watch(pipe.reader(), 1), 0);
}

TEST_F(every_poller, AReusedNumberCanBeWatched) {
  pipe_pair first;
  const int number = first.reader();
  ASSERT_EQ(poller_->watch(number, 1), 0);
  first.close(0);
  pipe_pair second;
  ASSERT_EQ(second.reader(), number) << "the lowest free number";
  write_byte(second.writer());

  ASSERT_EQ(poller_->watch(number, 2), 0);

  ASSERT_EQ(poller_->wait(events_, 0), 1U);
  EXPECT_EQ(events_[0].generation, 2U);
}

TEST_F(every_poller, EndOfAPipeIsReadable) {
  pipe_pair pipe;
  ASSERT_EQ(poller_->watch(pipe.reader(), 1), 0);

  pipe.close(1);

  EXPECT_NE(ready_now(pipe.reader()) & (fd_readable_bit | fd_error_bit), 0U);
}

TEST_F(every_poller, HalfCloseOfThePeerIsReadableAndNoError) {
  socket_pair both;
  ASSERT_EQ(poller_->watch(both.fds[0], 1), 0);
  EXPECT_EQ(ready_now(both.fds[0]), fd_writable_bit);

  ::shutdown(both.fds[1], SHUT_WR);

  EXPECT_EQ(ready_now(both.fds[0]) & (fd_readable_bit | fd_error_bit), fd_readable_bit);
}

TEST_F(every_poller, PipeThatLosesItsReaderReportsAnErrorToTheWriter) {
  pipe_pair pipe;
  ASSERT_EQ(poller_->watch(pipe.writer(), 1), 0);
  EXPECT_EQ(ready_now(pipe.writer()), fd_writable_bit);

  pipe.close(0);

  EXPECT_NE(ready_now(pipe.writer()) & fd_error_bit, 0U);
}

TEST_F(every_poller, PipeWithoutAReaderReportsAnErrorWhenWatched) {
  pipe_pair pipe;
  pipe.close(0);

  ASSERT_EQ(poller_->watch(pipe.writer(), 7), 0);

  const auto found = look();
  ASSERT_THAT(found, testing::SizeIs(1));
  EXPECT_EQ(found[0].generation, 7U);
  EXPECT_NE(found[0].ready & fd_error_bit, 0U);
}

TEST_F(every_poller, RoomInAFullPipeIsReported) {
  pipe_pair pipe;
  ASSERT_EQ(poller_->watch(pipe.writer(), 1), 0);
  std::vector<char> much(1 << 20);
  while (::write(pipe.writer(), much.data(), much.size()) > 0) {
  }
  (void)look();
  EXPECT_EQ(poller_->rearm(pipe.writer(), 1), 0);
  EXPECT_EQ(ready_now(pipe.writer()), 0U);

  while (::read(pipe.reader(), much.data(), much.size()) > 0) {
  }

  EXPECT_EQ(ready_now(pipe.writer()), fd_writable_bit);
}

TEST_F(every_poller, RegularFileIsRefusedAsAlwaysReady) {
  std::array<char, 32> path{"weft_poller_test_XXXXXX"};
  const int file = ::mkstemp(path.data());
  ASSERT_GE(file, 0);

  EXPECT_EQ(poller_->watch(file, 1), EPERM);

  ::close(file);
  ::unlink(path.data());
}

TEST_F(every_poller, ClosedFdIsRefused) {
  pipe_pair pipe;
  const int number = pipe.reader();
  pipe.close(0);

  EXPECT_EQ(poller_->watch(number, 1), EBADF);
}

TEST_F(every_poller, FillsNoMoreThanThereIsRoomForAndKeepsTheRest) {
  std::array<pipe_pair, 3> pipes;
  for (const auto& pipe : pipes) {
    ASSERT_EQ(poller_->watch(pipe.reader(), 1), 0);
    write_byte(pipe.writer());
  }

  EXPECT_EQ(poller_->wait(std::span(events_).first(2), 0), 2U);
  EXPECT_EQ(poller_->wait(events_, 0), 1U);
}

TEST_F(every_poller, ReportsInTheOrderOfArrival) {
  std::array<pipe_pair, 3> pipes;
  for (const auto& pipe : pipes) ASSERT_EQ(poller_->watch(pipe.reader(), 1), 0);
  for (const std::size_t i : {2U, 0U, 1U}) write_byte(pipes[i].writer());

  ASSERT_EQ(poller_->wait(events_, 0), 3U);

  EXPECT_EQ(events_[0].fd, pipes[2].reader());
  EXPECT_EQ(events_[1].fd, pipes[0].reader());
  EXPECT_EQ(events_[2].fd, pipes[1].reader());
}

TEST_F(every_poller, TimesOutAndNotBefore) {
  const auto start = std::chrono::steady_clock::now();

  EXPECT_EQ(poller_->wait(events_, 1'000'000), 0U);

  EXPECT_GE(std::chrono::steady_clock::now() - start, std::chrono::milliseconds(1));
}

TEST_F(every_poller, NotificationBeforehandEndsTheNextWait) {
  poller_->notify();

  EXPECT_EQ(poller_->wait(events_, -1), 0U);
}

TEST_F(every_poller, ManyNotificationsEndOneWait) {
  for (int i = 0; i < 1000; ++i) poller_->notify();

  EXPECT_EQ(poller_->wait(events_, -1), 0U);

  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(poller_->wait(events_, 1'000'000), 0U);
  EXPECT_GE(std::chrono::steady_clock::now() - start, std::chrono::milliseconds(1)) << "nothing was left over";
}

TEST_F(every_poller, NotifyFromAnotherThreadEndsAnEndlessWaitEachTime) {
  std::thread other;
  for (int i = 0; i < 200; ++i) {
    other = std::thread([&] { poller_->notify(); });
    EXPECT_EQ(poller_->wait(events_, -1), 0U);
    other.join();
  }
}

TEST_F(every_poller, NotificationDoesNotHideReadyFds) {
  pipe_pair pipe;
  ASSERT_EQ(poller_->watch(pipe.reader(), 1), 0);
  write_byte(pipe.writer());
  poller_->notify();

  std::size_t found = 0;
  for (int i = 0; i < 2; ++i) found += poller_->wait(events_, 0);

  EXPECT_EQ(found, 1U);
}

TEST_F(every_poller, NotifyKeepsErrno) {
  errno = ENOTTY;

  poller_->notify();

  EXPECT_EQ(errno, ENOTTY);
}

TEST_F(every_poller, WithoutFdsItCannotBeMade) {
  ::rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  ::rlimit none = before;
  none.rlim_cur = 3;
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &none), 0);

  EXPECT_THROW((void)make_poller_under_test(), std::system_error);

  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
}

TEST_F(every_poller, SomebodyAtTheDoorEndsTheWaitAndIsNoEvent) {
  pipe_pair door;
  poller_->watch_door(door.reader());
  EXPECT_FALSE(poller_->take_knock());

  std::thread visitor([&] { write_byte(door.writer()); });
  std::array<io_event, 8> events;
  EXPECT_EQ(poller_->wait(events, -1), 0U);
  visitor.join();

  EXPECT_TRUE(poller_->take_knock());
  EXPECT_FALSE(poller_->take_knock());
}

TEST_F(every_poller, WhoIsNotLetInKnocksOnlyOnce) {
  pipe_pair door;
  poller_->watch_door(door.reader());
  write_byte(door.writer());
  EXPECT_TRUE(look().empty());
  EXPECT_TRUE(poller_->take_knock());

  EXPECT_TRUE(look().empty());

  EXPECT_FALSE(poller_->take_knock());
}

TEST_F(every_poller, ADoorThatIsTakenAwayIsNotWatched) {
  pipe_pair door;
  poller_->watch_door(door.reader());
  poller_->watch_door(-1);
  write_byte(door.writer());

  EXPECT_TRUE(look().empty());

  EXPECT_FALSE(poller_->take_knock());
}

}  // namespace
}  // namespace weft::core
