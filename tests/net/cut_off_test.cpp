// A coroutine waits for a handle that is closed, moved from, assigned another connection or destroyed meanwhile. It
// always gets ECANCELED, even if the fd is ready already and the coroutine has merely not run yet. It never gets bytes
// of another connection.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>

#include "core/scheduler.hpp"
#include "system_error_matcher.hpp"
#include "weft/co_task.hpp"
#include "weft/io.hpp"
#include "weft/run.hpp"
#include "weft/task.hpp"
#include "weft/tcp.hpp"
#include "weft/this_coroutine.hpp"
#include "weft/udp.hpp"
#include "weft/unix_socket.hpp"

namespace weft {
namespace {

using namespace std::chrono_literals;

// Yields until the poller has made a coroutine ready, which is behind the caller in the ready queue.
void until_somebody_is_ready() {
  while (core::scheduler::current()->ready_front() == nullptr) yield();
}

// One handle on the heap, so that ASan reports a use after its end, and its peer.
struct connection {
  connection() {
    auto [mine, other] = unix_stream::pair();
    stream.emplace(std::move(mine));
    peer = std::move(other);
  }
  std::optional<unix_stream> stream;
  unix_stream peer;
};

struct ending {
  std::string name;
  std::function<void(connection&)> act;
};

void PrintTo(const ending& e, std::ostream* out) { *out << e.name; }

std::optional<unix_stream> elsewhere;

const std::array endings{
    ending{"Closed", [](connection& c) { c.stream->close(); }},
    ending{"Destroyed", [](connection& c) { c.stream.reset(); }},
    ending{"Released", [](connection& c) { ::close(c.stream->release()); }},
    ending{"MovedFrom", [](connection& c) { elsewhere.emplace(std::move(*c.stream)); }},
    ending{"MovedFromByAssignment",
           [](connection& c) {
             elsewhere.emplace();
             *elsewhere = std::move(*c.stream);
           }},
    ending{"AssignedAnotherConnection",
           [](connection& c) {
             auto [mine, other] = unix_stream::pair();
             other.write_all("somebody else's");
             *c.stream = std::move(mine);
             elsewhere.emplace(std::move(other));
           }},
};

class CutOff : public testing::TestWithParam<ending> {
 protected:
  ~CutOff() override { elsewhere.reset(); }
  void end(connection& c) { GetParam().act(c); }
};

TEST_P(CutOff, EndsAReadThatWaits) {
  run([this] {
    connection c;
    const auto reader = spawn([&] { text_of_system_error(ECANCELED, [&] { c.stream->read_some(16); }); });
    yield();
    end(c);
    reader.get();
  });
}

TEST_P(CutOff, EndsAReadThatIsReadyAndHasNotRunYet) {
  run([this] {
    connection c;
    const auto reader = spawn([&] { text_of_system_error(ECANCELED, [&] { c.stream->read_some(16); }); });
    yield();
    c.peer.write_all("late");
    until_somebody_is_ready();
    end(c);
    reader.get();
  });
}

TEST_P(CutOff, EndsALongReadInTheMiddle) {
  run([this] {
    connection c;
    const auto reader = spawn([&] { text_of_system_error(ECANCELED, [&] { c.stream->read_exactly(100); }); });
    yield();
    c.peer.write_all("some");
    yield();
    sleep_for(1ms);
    end(c);
    reader.get();
  });
}

TEST_P(CutOff, EndsAWriteInTheMiddle) {
  run([this] {
    connection c;
    const std::string much(8'000'000, 'x');
    const auto writer = spawn([&] { text_of_system_error(ECANCELED, [&] { c.stream->write_all(much); }); });
    yield();
    end(c);
    writer.get();
  });
}

TEST_P(CutOff, EndsThoseWhoStandInLineForTheirTurn) {
  run([this] {
    connection c;
    const auto first = spawn([&] { text_of_system_error(ECANCELED, [&] { c.stream->read_until("\n"); }); });
    const auto second = spawn([&] { text_of_system_error(ECANCELED, [&] { c.stream->read_some(16); }); });
    const auto third = spawn([&] { text_of_system_error(ECANCELED, [&] { c.stream->read_some_for(16, 1h); }); });
    yield();
    end(c);
    first.get();
    second.get();
    third.get();
  });
}

TEST_P(CutOff, EndsOneWhoHasJustGotTheTurn) {
  run([this] {
    connection c;
    const auto first = spawn([&] { c.stream->read_some(16); });
    const auto second = spawn([&] { text_of_system_error(ECANCELED, [&] { c.stream->read_some(16); }); });
    yield();
    c.peer.write_all("for the first");
    until_somebody_is_ready();
    yield();  // the first reads, and gives the turn to the second, which is behind this coroutine
    end(c);
    second.get();
  });
}

TEST_P(CutOff, LeavesTheHandleUsableByOthers) {
  run([this] {
    connection c;
    const auto reader = spawn([&] { text_of_system_error(ECANCELED, [&] { c.stream->read_some(16); }); });
    yield();
    end(c);
    reader.get();

    c.stream.emplace();
    auto [mine, other] = unix_stream::pair();
    *c.stream = std::move(mine);
    other.write_all("hello");
    EXPECT_EQ(c.stream->read_some(16), "hello");
  });
}

TEST_P(CutOff, DoesNotHideACancellation) {
  run([this] {
    connection c;
    const auto reader = spawn([&] { c.stream->read_some(16); });
    yield();
    reader.cancel();
    end(c);
    reader.join();
    EXPECT_EQ(reader.status(), task_status::cancelled);
  });
}

INSTANTIATE_TEST_SUITE_P(Handle, CutOff, testing::ValuesIn(endings),
                         [](const auto& instance) { return instance.param.name; });

TEST(CutOffMove, LeavesTheConnectionWithItsNewOwner) {
  run([] {
    auto [mine, peer] = unix_stream::pair();
    const auto reader = spawn([&s = mine] { text_of_system_error(ECANCELED, [&] { s.read_some(16); }); });
    yield();
    unix_stream owner(std::move(mine));
    reader.get();
    peer.write_all("for the owner");
    EXPECT_EQ(owner.read_some(16), "for the owner");
  });
}

// ---- the other kinds of handles ----

template <class Handle, class Wait>
void expect_cut_off_when_destroyed(Handle made, Wait wait) {
  auto handle = std::make_unique<Handle>(std::move(made));
  const auto waiter = spawn([&] { text_of_system_error(ECANCELED, [&] { wait(*handle); }); });
  yield();
  handle.reset();
  waiter.get();
}

TEST(CutOffKinds, AListenersDestructionEndsAccept) {
  run([] { expect_cut_off_when_destroyed(tcp_listener::bind("127.0.0.1", 0), [](tcp_listener& l) { l.accept(); }); });
}

// A connection that needs no wait of the running coroutine.
class blocking_client {
 public:
  explicit blocking_client(std::uint16_t port) : fd_(::socket(AF_INET, SOCK_STREAM, 0)) {
    ::sockaddr_in there{};
    there.sin_family = AF_INET;
    there.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    there.sin_port = htons(port);
    EXPECT_EQ(::connect(fd_, reinterpret_cast<const ::sockaddr*>(&there), sizeof there), 0);
  }
  ~blocking_client() { ::close(fd_); }
  blocking_client(const blocking_client&) = delete;
  blocking_client& operator=(const blocking_client&) = delete;

 private:
  int fd_;
};

TEST(CutOffKinds, AListenerAssignedAnotherEndsAccept) {
  run([] {
    auto listener = tcp_listener::bind("127.0.0.1", 0);
    const auto waiter = spawn([&] { text_of_system_error(ECANCELED, [&] { listener.accept_for(1h); }); });
    yield();
    const blocking_client client(listener.local_endpoint().port);
    until_somebody_is_ready();
    listener = tcp_listener::bind("127.0.0.1", 0);
    waiter.get();
  });
}

TEST(CutOffKinds, AUdpSocketsDestructionEndsReceive) {
  run([] { expect_cut_off_when_destroyed(udp_socket::bind("127.0.0.1", 0), [](udp_socket& s) { s.receive(); }); });
}

TEST(CutOffKinds, AUnixListenersDestructionEndsAccept) {
  run([] {
    const std::string path = testing::TempDir() + "weft_cut_off_" + std::to_string(::getpid());
    ::unlink(path.c_str());
    expect_cut_off_when_destroyed(unix_listener::bind(path), [](unix_listener& l) { l.accept(); });
  });
}

TEST(CutOffKinds, APipesDestructionEndsRead) {
  run([] {
    auto [reader, writer] = make_pipe();
    expect_cut_off_when_destroyed(std::move(reader), [](pipe_reader& r) { r.read_some(1); });
  });
}

// ---- fds of the program's own ----

class ClosedWhileReady : public testing::Test {
 protected:
  ClosedWhileReady() { EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, fds_.data()), 0); }
  ~ClosedWhileReady() override { ::close(fds_[1]); }

  // Makes the fd ready while a coroutine waits for it, closes it, and gives the number to another connection before the
  // coroutine runs.
  template <class F>
  void expect_closed(F&& waits) {
    run([&] {
      const auto waiter = spawn([&] { text_of_system_error(ECANCELED, waits); });
      yield();
      EXPECT_EQ(::write(fds_[1], "x", 1), 1);
      until_somebody_is_ready();
      const int number = fds_[0];
      weft::close(number);
      EXPECT_EQ(::dup2(fds_[1], number), number);
      waiter.get();
      ::close(number);
    });
  }
  std::array<int, 2> fds_{-1, -1};
};

TEST_F(ClosedWhileReady, EndsWaitReadable) {
  expect_closed([this] { wait_readable(fds_[0]); });
}

TEST_F(ClosedWhileReady, EndsAWaitWhoseTimeHasRunOut) {
  run([this] {
    const auto waiter =
        spawn([this] { text_of_system_error(ECANCELED, [this] { (void)wait_readable_for(fds_[0], 1ms); }); });
    yield();
    std::this_thread::sleep_for(2ms);
    until_somebody_is_ready();
    weft::close(fds_[0]);
    waiter.get();
  });
}

TEST_F(ClosedWhileReady, EndsWaitReadableFor) {
  expect_closed([this] { wait_readable_for(fds_[0], 1h); });
}

TEST_F(ClosedWhileReady, EndsAnAwaitOfReadable) {
  expect_closed([this] { await(readable(fds_[0])); });
}

TEST_F(ClosedWhileReady, EndsACoTask) {
  run([this] {
    const auto waiter = spawn([](int fd) -> co_task<void> { co_await readable(fd); }(fds_[0]));
    yield();
    EXPECT_EQ(::write(fds_[1], "x", 1), 1);
    until_somebody_is_ready();
    weft::close(fds_[0]);
    text_of_system_error(ECANCELED, [&] { waiter.get(); });
  });
}

TEST(WaitForNoFd, IsRefusedOnAPlainThread) {
  text_of_system_error(EBADF, [] { wait_readable(-1); });
  text_of_system_error(EBADF, [] { wait_writable_for(-1, 0s); });
}

TEST(WaitForNoFd, IsRefusedInACoroutine) {
  run([] {
    text_of_system_error(EBADF, [] { wait_readable(-1); });
    text_of_system_error(EBADF, [] { await(readable(-1)); });
  });
}

}  // namespace
}  // namespace weft
