#include "weft/udp.hpp"

#include <gmock/gmock.h>

#include <cerrno>
#include <chrono>
#include <string>

#include "system_error_matcher.hpp"
#include "weft/run.hpp"
#include "weft/task.hpp"
#include "weft/this_coroutine.hpp"

namespace weft {
namespace {

using namespace std::chrono_literals;

TEST(Udp, DatagramArrivesWithItsSender) {
  run([] {
    auto a = udp_socket::bind("127.0.0.1", 0);
    auto b = udp_socket::bind("127.0.0.1", 0);

    a.send_to("数据", b.local_endpoint());

    const auto [bytes, from] = b.receive_from();
    EXPECT_EQ(bytes, "数据");
    EXPECT_EQ(from, a.local_endpoint());
  });
}

TEST(Udp, ConnectedSocketSendsAndReceives) {
  run([] {
    auto server = udp_socket::bind("127.0.0.1", 0);
    auto client = udp_socket::connect("127.0.0.1", server.local_endpoint().port);
    const auto echo = spawn([&] {
      const auto [bytes, from] = server.receive_from();
      server.send_to(bytes, from);
    });

    client.send("ping");

    EXPECT_EQ(client.receive(), "ping");
    EXPECT_EQ(client.remote_endpoint(), server.local_endpoint());
    echo.get();
  });
}

TEST(Udp, BoundariesOfDatagramsAreKept) {
  run([] {
    auto a = udp_socket::bind("127.0.0.1", 0);
    auto b = udp_socket::bind("127.0.0.1", 0);

    a.send_to("one", b.local_endpoint());
    a.send_to("", b.local_endpoint());
    a.send_to("three", b.local_endpoint());

    EXPECT_EQ(b.receive(), "one");
    EXPECT_EQ(b.receive(), "");
    EXPECT_EQ(b.receive(2), "th") << "the rest of a datagram is lost";
    EXPECT_EQ(b.receive_for(2ms), std::nullopt);
  });
}

TEST(Udp, CloseWakesAReceiverWithEcanceled) {
  run([] {
    auto socket = udp_socket::bind("::1", 0);
    const auto receiver = spawn([&] { text_of_system_error(ECANCELED, [&] { (void)socket.receive(); }); });
    yield();

    socket.close();

    receiver.get();
  });
}

TEST(Udp, NobodyListeningIsReportedToAConnectedSocket) {
  run([] {
    auto gone = udp_socket::bind("127.0.0.1", 0);
    const endpoint where = gone.local_endpoint();
    gone.close();
    auto client = udp_socket::connect(where.host, where.port);

    client.send("x");

    text_of_system_error(ECONNREFUSED, [&] { (void)client.receive(); });
  });
}

TEST(Udp, TooLongADatagramIsRefused) {
  run([] {
    auto socket = udp_socket::bind("127.0.0.1", 0);
    text_of_system_error(EMSGSIZE, [&] { socket.send_to(std::string(100'000, 'x'), socket.local_endpoint()); });
  });
}

}  // namespace
}  // namespace weft
