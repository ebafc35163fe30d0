// An fd that the program passes to weft and gets back unchanged.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <memory>
#include <utility>

#include "system_error_matcher.hpp"
#include "weft/io.hpp"
#include "weft/tcp.hpp"
#include "weft/unix_socket.hpp"

namespace weft {
namespace {

bool is_blocking(int fd) { return (::fcntl(fd, F_GETFL) & O_NONBLOCK) == 0; }

class AdoptedFd : public testing::Test {
 protected:
  AdoptedFd() { EXPECT_EQ(::pipe(ends_.data()), 0); }
  ~AdoptedFd() override {
    for (const int fd : ends_) ::close(fd);
  }
  std::array<int, 2> ends_{-1, -1};
};

TEST_F(AdoptedFd, IsBlockingAgainAfterRelease) {
  pipe_reader reader(ends_[0]);
  EXPECT_FALSE(is_blocking(ends_[0]));
  EXPECT_EQ(reader.release(), ends_[0]);
  EXPECT_TRUE(is_blocking(ends_[0]));
}

// Another owner has the same open file, as a shell has its standard input.
TEST_F(AdoptedFd, IsBlockingAgainForItsOtherOwnersAfterTheEnd) {
  { pipe_reader reader(::dup(ends_[0])); }
  EXPECT_TRUE(is_blocking(ends_[0]));
}

TEST_F(AdoptedFd, IsBlockingAgainAfterItsHandleWasMoved) {
  pipe_reader first(::dup(ends_[0]));
  {
    pipe_reader second(std::move(first));
    pipe_reader third;
    third = std::move(second);
    EXPECT_FALSE(is_blocking(ends_[0]));
  }
  EXPECT_TRUE(is_blocking(ends_[0]));
}

// Both ends of a pipe have one inode, and are two open files.
TEST_F(AdoptedFd, IsBlockingAgainWhileTheOtherEndOfThePipeIsInUse) {
  pipe_reader reader(ends_[0]);
  pipe_writer writer(ends_[1]);
  EXPECT_EQ(reader.release(), ends_[0]);
  EXPECT_TRUE(is_blocking(ends_[0]));
  EXPECT_FALSE(is_blocking(ends_[1]));
  EXPECT_EQ(writer.release(), ends_[1]);
  EXPECT_TRUE(is_blocking(ends_[1]));
}

// A terminal as input and output is one open file.
TEST_F(AdoptedFd, StaysNonBlockingUntilItsLastHandleLetsGo) {
  auto first = std::make_unique<pipe_reader>(::dup(ends_[0]));
  {
    pipe_reader second(::dup(ends_[0]));
    first.reset();
    EXPECT_FALSE(is_blocking(ends_[0])) << "the second would block its thread";
  }
  EXPECT_TRUE(is_blocking(ends_[0]));
}

TEST_F(AdoptedFd, IsLeftToTheParentByAForkedChild) {
  pipe_reader reader(::dup(ends_[0]));
  const pid_t child = ::fork();
  if (child == 0) {
    reader.close();
    ::_exit(0);
  }
  ::waitpid(child, nullptr, 0);
  EXPECT_FALSE(is_blocking(ends_[0]));
}

TEST_F(AdoptedFd, StaysNonBlockingIfItWasBefore) {
  ::fcntl(ends_[0], F_SETFL, O_NONBLOCK);
  { pipe_reader reader(::dup(ends_[0])); }
  EXPECT_FALSE(is_blocking(ends_[0]));
}

TEST_F(AdoptedFd, ThatCannotBeTakenOverStaysTheCallers) {
  const int closed = ::dup(ends_[0]);
  ::close(closed);
  text_of_system_error(EBADF, [&] { tcp_stream stream(closed); });
  text_of_system_error(EBADF, [&] { unix_stream stream(closed); });
  text_of_system_error(EBADF, [&] { pipe_writer writer(closed); });
}

}  // namespace
}  // namespace weft
