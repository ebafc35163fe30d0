// A program closes all descriptors, including the poller's, and opens its own, which get the same numbers. Not with the
// shim of kqueue(), which has descriptors that a real queue does not have.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <vector>

#include "poller_under_test.hpp"

namespace weft::core {
namespace {

std::vector<int> open_now() {
  std::vector<int> fds;
  for (int fd = 0; fd < 64; ++fd) {
    if (::fcntl(fd, F_GETFD) >= 0) fds.push_back(fd);
  }
  return fds;
}

TEST(PollerClosedByTheProgram, TouchesNothingThatHasItsNumbersNow) {
  const std::vector<int> before = open_now();
  std::unique_ptr<poller> made = make_poller_under_test();
  std::vector<int> numbers;
  for (const int fd : open_now()) {
    if (std::find(before.begin(), before.end(), fd) == before.end()) numbers.push_back(fd);
  }
  ASSERT_FALSE(numbers.empty());
  std::FILE* const precious = std::tmpfile();
  for (const int fd : numbers) ASSERT_EQ(::dup2(::fileno(precious), fd), fd);

  made->notify();
  made.reset();

  EXPECT_EQ(::lseek(::fileno(precious), 0, SEEK_END), 0) << "something was written";
  for (const int fd : numbers) EXPECT_EQ(::close(fd), 0) << fd << " was closed";
  std::fclose(precious);
}

}  // namespace
}  // namespace weft::core
