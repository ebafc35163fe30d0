// Endpoints as text, and names to addresses. Looks up only "localhost" and names that cannot exist.
#include "weft/endpoint.hpp"

#include <gmock/gmock.h>

#include <chrono>
#include <sstream>
#include <stdexcept>
#include <system_error>

#include "net/socket_address.hpp"
#include "weft/run.hpp"
#include "weft/task.hpp"
#include "weft/this_coroutine.hpp"

namespace weft {
namespace {

using testing::AnyOf;
using testing::Contains;
using testing::ElementsAre;

TEST(Endpoint, IsShownAsHostAndPort) {
  std::ostringstream out;

  out << endpoint{"127.0.0.1", 80} << ' ' << endpoint{"::1", 8080};

  EXPECT_EQ(out.str(), "127.0.0.1:80 [::1]:8080");
}

TEST(Endpoint, ComparesBothParts) {
  EXPECT_EQ((endpoint{"a", 1}), (endpoint{"a", 1}));
  EXPECT_NE((endpoint{"a", 1}), (endpoint{"a", 2}));
  EXPECT_NE((endpoint{"a", 1}), (endpoint{"b", 1}));
}

TEST(Resolve, NumbersAreParsedWithoutSuspending) {
  run([] {
    bool others_ran = false;
    const auto other = spawn([&] { others_ran = true; });

    EXPECT_THAT(resolve("127.0.0.1", "80"), ElementsAre(endpoint{"127.0.0.1", 80}));
    EXPECT_THAT(resolve("0:0:0:0:0:0:0:1", "65535"), ElementsAre(endpoint{"::1", 65535}));
    EXPECT_THAT(resolve("10.0.0.1", ""), ElementsAre(endpoint{"10.0.0.1", 0}));

    EXPECT_FALSE(others_ran);
  });
}

TEST(Resolve, LocalhostIsLookedUpWhileOthersRun) {
  run([] {
    bool others_ran = false;
    const auto other = spawn([&] { others_ran = true; });

    const auto found = resolve("localhost", "7001");

    EXPECT_THAT(found, Contains(AnyOf(endpoint{"127.0.0.1", 7001}, endpoint{"::1", 7001})));
    EXPECT_TRUE(others_ran);
  });
}

TEST(Resolve, PlainThreadLooksUpItself) {
  EXPECT_THAT(resolve("localhost", "1"), Contains(AnyOf(endpoint{"127.0.0.1", 1}, endpoint{"::1", 1})));
}

TEST(Resolve, UnknownServiceIsAnErrorWithTheResolversText) {
  run([] {
    try {
      (void)resolve("127.0.0.1", "no-such-service-at-all");
      ADD_FAILURE() << "nothing was thrown";
    } catch (const std::system_error& e) {
      EXPECT_STREQ(e.code().category().name(), "resolver");
      EXPECT_EQ(std::string(e.what()), "resolve 127.0.0.1 (no-such-service-at-all): " + e.code().message());
    }
  });
}

TEST(Resolve, CancelledLookUpIsLeftToItself) {
  run([] {
    const auto looking = spawn([] { (void)resolve("localhost", "80"); });
    yield();

    looking.cancel();
    looking.join();

    EXPECT_EQ(looking.status(), task_status::cancelled);
  });
}

TEST(SocketAddress, LinkLocalAddressKeepsItsInterface) {
  const auto address = net::parse_numeric("fe80::1%lo", 5);

  ASSERT_TRUE(address.has_value());
  EXPECT_EQ(address->to_endpoint(), (endpoint{"fe80::1%lo", 5}));
}

TEST(SocketAddress, NamesAndNonsenseAreNotNumeric) {
  for (const char* text : {"localhost", "", "1.2.3", "1.2.3.4.5", "::g", "fe80::1%", "127.0.0.1%lo"}) {
    EXPECT_FALSE(net::parse_numeric(text, 1).has_value()) << text;
  }
}

}  // namespace
}  // namespace weft
