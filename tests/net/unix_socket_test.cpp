#include "weft/unix_socket.hpp"

#include <gmock/gmock.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <vector>

#include "system_error_matcher.hpp"
#include "weft/run.hpp"
#include "weft/task.hpp"
#include "weft/this_coroutine.hpp"

namespace weft {
namespace {

using namespace std::chrono_literals;

// A unique path, short enough for a socket's name.
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

TEST(UnixSocket, AnEmptyPathIsRefused) {
  run([] {
    text_of_system_error(ENOENT, [] { (void)unix_listener::bind(""); });
    text_of_system_error(ENOENT, [] { (void)unix_stream::connect(""); });
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

TEST(UnixSocket, ListenerLeavesTheSocketOfItsSuccessor) {
  const std::string path = fresh_path();
  run([&] {
    auto old_server = unix_listener::bind(path);
    ::unlink(path.c_str());
    auto restarted = unix_listener::bind(path);

    old_server.close();

    EXPECT_NO_THROW(unix_stream::connect(path));
  });
}

TEST(UnixSocket, AssignedListenerLeavesTheSocketOfItsSuccessor) {
  const std::string path = fresh_path();
  run([&] {
    auto listener = unix_listener::bind(path);
    ::unlink(path.c_str());
    listener = unix_listener::bind(path);

    EXPECT_NO_THROW(unix_stream::connect(path));
  });
  EXPECT_NE(::access(path.c_str(), F_OK), 0);
}

TEST(UnixSocket, AForkedChildLeavesItsParentsPath) {
  const std::string path = fresh_path();
  run([&] {
    std::optional<unix_listener> listener = unix_listener::bind(path);
    const pid_t child = ::fork();
    if (child == 0) {
      listener.reset();
      ::_exit(0);
    }
    int status = 0;
    EXPECT_EQ(::waitpid(child, &status, 0), child);

    EXPECT_NO_THROW(unix_stream::connect(path));
  });
}

TEST(UnixSocket, ListenerRemovesItsPathAfterTheWorkingDirectoryChanged) {
  std::array<char, 4096> before;
  ASSERT_NE(::getcwd(before.data(), before.size()), nullptr);
  const std::string path = fresh_path();
  ASSERT_EQ(::chdir(testing::TempDir().c_str()), 0);
  {
    const auto listener = unix_listener::bind(path);
    ASSERT_EQ(::chdir("/"), 0);
  }
  EXPECT_NE(::access((testing::TempDir() + '/' + path).c_str(), F_OK), 0);
  ASSERT_EQ(::chdir(before.data()), 0);
}

// A listener that ended without removing its path.
std::string stale_path() {
  std::string path = fresh_path();
  ::close(unix_listener::bind(path).release());
  return path;
}

TEST(UnixSocket, AStalePathIsSaidToBeOne) {
  const std::string path = stale_path();
  EXPECT_EQ(text_of_system_error(EADDRINUSE, [&] { unix_listener::bind(path); }),
            "bind " + path +
                " (a socket that nobody listens at: unix_listen_options{.replace_stale = true} removes it): Address "
                "already in use");
  ::unlink(path.c_str());
}

TEST(UnixSocket, AStalePathIsReplacedOnDemand) {
  run([] {
    const std::string path = stale_path();
    auto listener = unix_listener::bind(path, unix_listen_options{.replace_stale = true});
    EXPECT_NO_THROW(unix_stream::connect(path));
  });
}

TEST(UnixSocket, APathThatIsServedIsNotReplaced) {
  run([] {
    const std::string path = fresh_path();
    auto listener = unix_listener::bind(path);
    text_of_system_error(EADDRINUSE, [&] { unix_listener::bind(path, unix_listen_options{.replace_stale = true}); });
    EXPECT_NO_THROW(unix_stream::connect(path));
  });
}

TEST(UnixSocket, AFileThatIsNoSocketIsNotReplaced) {
  const std::string path = fresh_path();
  std::ofstream(path) << "precious";
  text_of_system_error(EADDRINUSE, [&] { unix_listener::bind(path, unix_listen_options{.replace_stale = true}); });
  EXPECT_EQ(std::filesystem::file_size(path), 8u);
  ::unlink(path.c_str());
}

}  // namespace
}  // namespace weft
