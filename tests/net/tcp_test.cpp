#include "weft/tcp.hpp"

#include <gmock/gmock.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include "system_error_matcher.hpp"
#include "weft/errors.hpp"
#include "weft/run.hpp"
#include "weft/task.hpp"
#include "weft/this_coroutine.hpp"
#include "weft/udp.hpp"

namespace weft {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::StartsWith;

struct connection {
  tcp_stream client;
  tcp_stream server;
};
connection connect_to(tcp_listener& listener) {
  const endpoint where = listener.local_endpoint();
  connection c;
  c.client = tcp_stream::connect(where.host, where.port);
  c.server = listener.accept();
  return c;
}

TEST(Tcp, EchoesOverLoopback) {
  run([] {
    auto listener = tcp_listener::bind("127.0.0.1", 0);
    const auto server = spawn([&] {
      auto stream = listener.accept();
      while (true) {
        const std::string some = stream.read_some(4096);
        if (some.empty()) return;
        stream.write_all(some);
      }
    });
    auto client = tcp_stream::connect("127.0.0.1", listener.local_endpoint().port);

    client.write_all("本次数据发送完毕");
    client.shutdown();

    EXPECT_EQ(client.read_all(), "本次数据发送完毕");
    server.get();
  });
}

TEST(Tcp, EchoesOverIpv6) {
  run([] {
    auto listener = tcp_listener::bind("::1", 0);
    auto [client, server] = connect_to(listener);

    client.write_all("six");

    EXPECT_EQ(server.read_exactly(3), "six");
    EXPECT_EQ(client.remote_endpoint().host, "::1");
  });
}

TEST(Tcp, BothSidesKnowBothEndpoints) {
  run([] {
    auto listener = tcp_listener::bind("127.0.0.1", 0);
    auto [client, server] = connect_to(listener);

    EXPECT_NE(listener.local_endpoint().port, 0);
    EXPECT_EQ(client.remote_endpoint(), listener.local_endpoint());
    EXPECT_EQ(server.local_endpoint(), listener.local_endpoint());
    EXPECT_EQ(server.remote_endpoint(), client.local_endpoint());
  });
}

TEST(Tcp, ConnectsToAName) {
  run([] {
    auto listener = tcp_listener::bind("localhost", 0);
    EXPECT_EQ(listener.local_endpoint().host, "127.0.0.1") << "IPv4 is preferred to be bound";

    auto client = tcp_stream::connect("localhost", listener.local_endpoint().port);

    EXPECT_EQ(client.remote_endpoint(), listener.local_endpoint()) << "the refused address is passed over";
  });
}

TEST(Tcp, PortInUseIsSaidInOneLine) {
  run([] {
    auto first = tcp_listener::bind("127.0.0.1", 0);
    const std::string where = to_string(first.local_endpoint());

    const std::string text =
        text_of_system_error(EADDRINUSE, [&] { (void)tcp_listener::bind("127.0.0.1", first.local_endpoint().port); });

    EXPECT_EQ(text, "bind " + where + ": Address already in use");
  });
}

TEST(Tcp, RefusedConnectionIsSaidInOneLine) {
  run([] {
    auto listener = tcp_listener::bind("127.0.0.1", 0);
    const endpoint where = listener.local_endpoint();
    listener.close();

    const std::string text =
        text_of_system_error(ECONNREFUSED, [&] { (void)tcp_stream::connect(where.host, where.port); });

    EXPECT_EQ(text, "connect " + to_string(where) + ": Connection refused");
  });
}

TEST(Tcp, AcceptForRunsOutOfTime) {
  run([] {
    auto listener = tcp_listener::bind("127.0.0.1", 0);

    EXPECT_FALSE(listener.accept_for(2ms).has_value());
    EXPECT_FALSE(listener.accept_for(0ms).has_value());

    auto client = tcp_stream::connect("127.0.0.1", listener.local_endpoint().port);
    EXPECT_TRUE(listener.accept_for(1h).has_value());
  });
}

TEST(Tcp, ConnectForRunsOutOfTime) {
  run([] {
    // A full queue of a listener that never accepts makes further connections wait.
    auto listener = tcp_listener::bind("127.0.0.1", 0, 0);
    const endpoint where = listener.local_endpoint();
    std::vector<tcp_stream> filling;
    try {
      for (int i = 0; i < 10; ++i) filling.push_back(tcp_stream::connect_for(where.host, where.port, 20ms));
      ADD_FAILURE() << "all connected";
    } catch (const timeout_error& e) {
      EXPECT_EQ(e.what(), "connect " + to_string(where) + ": timed out");
      EXPECT_EQ(e.scope(), nullptr);
    }
  });
}

TEST(Tcp, AcceptsFirstComeFirstServed) {
  run([] {
    auto listener = tcp_listener::bind("127.0.0.1", 0);
    const endpoint where = listener.local_endpoint();
    std::vector<int> order;
    std::vector<task<void>> acceptors;
    for (int i = 0; i < 3; ++i) {
      acceptors.push_back(spawn([&, i] {
        (void)listener.accept();
        order.push_back(i);
      }));
    }
    yield();

    for (int i = 0; i < 3; ++i) {
      (void)tcp_stream::connect(where.host, where.port);
      acceptors[static_cast<std::size_t>(i)].get();
    }

    EXPECT_THAT(order, testing::ElementsAre(0, 1, 2));
  });
}

TEST(Tcp, CancelEndsAccept) {
  run([] {
    auto listener = tcp_listener::bind("127.0.0.1", 0);
    const auto acceptor = spawn([&] { (void)listener.accept(); });
    yield();

    acceptor.cancel();
    acceptor.join();

    EXPECT_EQ(acceptor.status(), task_status::cancelled);
    EXPECT_TRUE(listener.is_open());
  });
}

TEST(Tcp, ClosingTheListenerWakesAcceptWithEcanceled) {
  run([] {
    auto listener = tcp_listener::bind("127.0.0.1", 0);
    const std::string where = to_string(listener.local_endpoint());
    const auto acceptor = spawn([&] {
      EXPECT_THAT(text_of_system_error(ECANCELED, [&] { (void)listener.accept(); }), StartsWith("accept " + where));
    });
    yield();

    listener.close();

    acceptor.get();
  });
}

TEST(Tcp, CloseWakesAReaderWithEcanceledNamingThePeer) {
  run([] {
    auto listener = tcp_listener::bind("127.0.0.1", 0);
    auto c = connect_to(listener);
    const std::string peer = to_string(c.client.remote_endpoint());
    const auto reader = spawn([&] {
      EXPECT_THAT(text_of_system_error(ECANCELED, [&] { (void)c.client.read_some(1); }),
                  StartsWith("read " + peer + ": "));
    });
    yield();

    c.client.close();

    reader.get();
  });
}

TEST(Tcp, ResetByThePeerIsAnErrorWithThePeersName) {
  run([] {
    auto listener = tcp_listener::bind("127.0.0.1", 0);
    auto c = connect_to(listener);
    const std::string peer = to_string(c.client.remote_endpoint());
    const ::linger at_once{1, 0};
    ASSERT_EQ(::setsockopt(c.server.native_handle(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once), 0);

    c.server.close();

    EXPECT_EQ(text_of_system_error(ECONNRESET, [&] { (void)c.client.read_some(1); }),
              "read " + peer + ": Connection reset by peer");
  });
}

TEST(Tcp, WritingAfterTheConnectionBrokeIsAnErrorAndNoSignal) {
  run([] {
    auto listener = tcp_listener::bind("127.0.0.1", 0);
    auto c = connect_to(listener);
    c.client.shutdown();

    text_of_system_error(EPIPE, [&] { c.client.write_all("x"); });
  });
}

TEST(Tcp, NodelayIsSetAndCleared) {
  run([] {
    auto listener = tcp_listener::bind("127.0.0.1", 0);
    auto c = connect_to(listener);
    const auto nodelay = [&] {
      int value = -1;
      ::socklen_t size = sizeof value;
      EXPECT_EQ(::getsockopt(c.client.native_handle(), IPPROTO_TCP, TCP_NODELAY, &value, &size), 0);
      return value != 0;
    };

    c.client.set_nodelay();
    EXPECT_TRUE(nodelay());
    c.client.set_nodelay(false);
    EXPECT_FALSE(nodelay());
  });
}

TEST(Tcp, AdoptsASocketOfTheProgram) {
  run([] {
    auto listener = tcp_listener::bind("127.0.0.1", 0);
    auto c = connect_to(listener);

    tcp_stream adopted(c.client.release());
    c.server.write_all("x");

    EXPECT_EQ(adopted.read_some(1), "x");
    text_of_system_error(EBADF, [] { tcp_stream nothing(1'000'000); });
  });
}

TEST(Tcp, TwoHundredConnectionsAtOnce) {
  run([] {
    constexpr int count = 200;
    auto listener = tcp_listener::bind("127.0.0.1", 0);
    const endpoint where = listener.local_endpoint();
    const auto server = spawn([&] {
      std::vector<task<void>> handlers;
      for (int i = 0; i < count; ++i) {
        handlers.push_back(spawn([s = listener.accept()]() mutable { s.write_all(s.read_until("\n")); }));
      }
      for (const auto& handler : handlers) handler.get();
    });
    // All are connected before the first one sends anything.
    std::vector<tcp_stream> clients;
    for (int i = 0; i < count; ++i) clients.push_back(tcp_stream::connect(where.host, where.port));
    std::vector<task<std::string>> answers;
    for (int i = 0; i < count; ++i) {
      answers.push_back(spawn([&client = clients[static_cast<std::size_t>(i)], i] {
        client.write_all("client " + std::to_string(i) + '\n');
        return client.read_all();
      }));
    }

    for (int i = 0; i < count; ++i) {
      EXPECT_EQ(answers[static_cast<std::size_t>(i)].get(), "client " + std::to_string(i) + '\n');
    }
    server.get();
  });
}

TEST(Tcp, PlainThreadsBlockInstead) {
  auto listener = tcp_listener::bind("127.0.0.1", 0);
  const endpoint where = listener.local_endpoint();
  std::thread server([&] {
    auto stream = listener.accept();
    stream.write_all(stream.read_all());
  });

  auto client = tcp_stream::connect(where.host, where.port);
  client.write_all("thread");
  client.shutdown();
  EXPECT_EQ(client.read_all(), "thread");

  server.join();
}

bool has_ipv6() {
  const int fd = ::socket(AF_INET6, SOCK_STREAM, 0);
  ::sockaddr_in6 loopback{};
  loopback.sin6_family = AF_INET6;
  loopback.sin6_addr = in6addr_loopback;
  const bool has = fd >= 0 && ::bind(fd, reinterpret_cast<const ::sockaddr*>(&loopback), sizeof loopback) == 0;
  if (fd >= 0) ::close(fd);
  return has;
}

// The hosts of this machine for which a listener at `host` answers, and the peer's address as it sees it.
std::vector<std::string> answers(const std::string& host, const listen_options& options = {}) {
  std::vector<std::string> seen;
  run([&] {
    auto listener = tcp_listener::bind(host, 0, options);
    for (const char* from : {"127.0.0.1", "::1"}) {
      try {
        auto client = tcp_stream::connect(from, listener.local_endpoint().port);
        seen.push_back(listener.accept().remote_endpoint().host);
      } catch (const std::system_error&) {
      }
    }
  });
  return seen;
}

TEST(TcpBind, AnEmptyHostIsAllAddressesOfBothFamilies) {
  if (!has_ipv6()) GTEST_SKIP() << "this machine has no IPv6";
  EXPECT_THAT(answers(""), testing::ElementsAre("127.0.0.1", "::1"));
  EXPECT_THAT(answers("::"), testing::ElementsAre("127.0.0.1", "::1"));
  EXPECT_THAT(answers("0.0.0.0"), testing::ElementsAre("127.0.0.1"));
}

TEST(TcpBind, V6OnlyLeavesThePortToAnIPv4Listener) {
  if (!has_ipv6()) GTEST_SKIP() << "this machine has no IPv6";
  EXPECT_THAT(answers("::", {.v6_only = true}), testing::ElementsAre("::1"));
  auto six = tcp_listener::bind("::", 0, {.v6_only = true});
  EXPECT_NO_THROW(tcp_listener::bind("0.0.0.0", six.local_endpoint().port));
}

TEST(TcpBind, ReusePortLetsSeveralListenersShareAPort) {
  auto first = tcp_listener::bind("127.0.0.1", 0, {.reuse_port = true});
  EXPECT_NO_THROW(tcp_listener::bind("127.0.0.1", first.local_endpoint().port, {.reuse_port = true}));
  EXPECT_THROW(tcp_listener::bind("127.0.0.1", first.local_endpoint().port), std::system_error);
}

TEST(UdpBind, ASocketOfBothFamiliesAnswersAnIPv4Peer) {
  if (!has_ipv6()) GTEST_SKIP() << "this machine has no IPv6";
  run([] {
    auto both = udp_socket::bind("", 0);
    auto client = udp_socket::connect("127.0.0.1", both.local_endpoint().port);
    client.send("ping");
    const auto [bytes, from] = both.receive_from();
    EXPECT_EQ(from, client.local_endpoint());
    both.send_to("pong", from);
    EXPECT_EQ(client.receive(), "pong");
  });
}

}  // namespace
}  // namespace weft
