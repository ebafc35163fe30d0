#include "weft/unix_socket.hpp"

#include <gmock/gmock.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include "system_error_matcher.hpp"
#include "weft/run.hpp"
#include "weft/task.hpp"
#include "weft/this_coroutine.hpp"

namespace weft {
namespace {

using namespace std::chrono_literals;

// A path nobody else has, short enough for a socket's name.
std::string fresh_path() {
  static int count = 0;
  return "weft_unix_test_" + std::to_string(::getpid()) + '_' + std::to_string(++count);
}

TEST(UnixSocket, ConnectsByPath) {
  const std::string path = fresh_path();
  run([&] {
    auto listener = unix_listener::bind(path);
    auto client = unix_stream::connect(path);
    auto server = listener.accept();

    client.write_all("你好");
    client.shutdown();

    EXPECT_EQ(server.read_all(), "你好");
    EXPECT_EQ(listener.path(), path);
  });
}

TEST(UnixSocket, ListenerRemovesItsPath) {
  const std::string path = fresh_path();
  run([&] {
    auto listener = unix_listener::bind(path);
    EXPECT_TRUE(std::filesystem::exists(path));
    unix_listener moved = std::move(listener);
    listener.close();
    EXPECT_TRUE(std::filesystem::exists(path)) << "the path went with the move";
  });
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST(UnixSocket, PathInUseIsSaidInOneLine) {
  const std::string path = fresh_path();
  run([&] {
    auto listener = unix_listener::bind(path);

    EXPECT_EQ(text_of_system_error(EADDRINUSE, [&] { (void)unix_listener::bind(path); }),
              "bind " + path + ": Address already in use");

    EXPECT_TRUE(std::filesystem::exists(path)) << "the refused one did not remove it";
  });
}

TEST(UnixSocket, MissingAndTooLongPathsAreRefused) {
  run([] {
    text_of_system_error(ENOENT, [] { (void)unix_stream::connect(fresh_path()); });
    text_of_system_error(ENAMETOOLONG, [] { (void)unix_stream::connect(std::string(500, 'p')); });
  });
}

TEST(UnixSocket, AbstractNameNeedsNoFile) {
#ifdef __linux__
  const std::string name = std::string(1, '\0') + fresh_path();
  run([&] {
    auto listener = unix_listener::bind(name);
    auto client = unix_stream::connect(name);
    auto server = listener.accept();
    client.write_all("x");
    EXPECT_EQ(server.read_some(1), "x");
  });
#else
  GTEST_SKIP() << "Linux only";
#endif
}

TEST(UnixSocket, ConnectWaitsWhileTheQueueIsFull) {
  const std::string path = fresh_path();
  run([&] {
    auto listener = unix_listener::bind(path, 0);
    std::vector<task<void>> clients;
    for (int i = 0; i < 5; ++i) {
      clients.push_back(spawn([&] { unix_stream::connect(path).write_all("x"); }));
    }

    for (int i = 0; i < 5; ++i) EXPECT_EQ(listener.accept().read_all(), "x");

    for (const auto& client : clients) client.get();
  });
}

TEST(UnixSocket, AcceptForRunsOutOfTimeAndCloseWakesAccept) {
  const std::string path = fresh_path();
  run([&] {
    auto listener = unix_listener::bind(path);
    EXPECT_FALSE(listener.accept_for(2ms).has_value());
    const auto acceptor = spawn([&] { text_of_system_error(ECANCELED, [&] { (void)listener.accept(); }); });
    yield();

    listener.close();

    acceptor.get();
  });
}

}  // namespace
}  // namespace weft
