// Temporary errors and hang-ups: the wait after an EAGAIN suspends, whatever was reported before, and others go on.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <string>

#include "system_error_matcher.hpp"
#include "weft/io.hpp"
#include "weft/run.hpp"
#include "weft/task.hpp"
#include "weft/this_coroutine.hpp"
#include "weft/udp.hpp"

namespace weft {
namespace {

using namespace std::chrono_literals;

// A second receive after the refusal waits. Another coroutine, which can run only during that wait, ends it.
TEST(PassingError, ARefusedDatagramDoesNotKeepTheSocketReady) {
  run([] {
    auto socket = udp_socket::connect("127.0.0.1", 1);
    socket.send("anybody?");
    text_of_system_error(ECONNREFUSED, [&] { socket.receive(); });

    const std::uint64_t switches = stats().switches;
    EXPECT_EQ(socket.receive_for(20ms), std::nullopt);
    EXPECT_LE(stats().switches - switches, 4u) << "it spun";
  });
}

TEST(PassingError, OfARefusedDatagramReachesNoLaterWriterEither) {
  run([] {
    auto there = udp_socket::bind("127.0.0.1", 0);
    const std::uint16_t port = there.local_endpoint().port;
    auto socket = udp_socket::connect("127.0.0.1", port);
    there.close();
    socket.send("anybody?");
    text_of_system_error(ECONNREFUSED, [&] { socket.receive(); });

    there = udp_socket::bind("127.0.0.1", port);
    socket.send("now?");
    EXPECT_EQ(there.receive(), "now?");
  });
}

class Fifo : public testing::Test {
 protected:
  Fifo() : path_(testing::TempDir() + "weft_fifo_" + std::to_string(::getpid())) {
    ::unlink(path_.c_str());
    EXPECT_EQ(::mkfifo(path_.c_str(), 0600), 0);
  }
  ~Fifo() override { ::unlink(path_.c_str()); }
  int open(int how) const { return ::open(path_.c_str(), how | O_NONBLOCK | O_CLOEXEC); }
  std::string path_;
};

TEST_F(Fifo, WhoseFirstWriterLeftIsWaitedForAgainWithTheNext) {
  run([this] {
    pipe_reader reader(open(O_RDONLY));
    {
      pipe_writer first(open(O_WRONLY));
      const auto reading = spawn([&] { return reader.read_some(16); });
      yield();
      first.write_all("one");
      EXPECT_EQ(reading.get(), "one");
    }
    EXPECT_EQ(reader.read_some(16), "");  // the end

    pipe_writer second(open(O_WRONLY));
    const std::uint64_t switches = stats().switches;
    EXPECT_EQ(reader.read_some_for(16, 20ms), std::nullopt);
    EXPECT_LE(stats().switches - switches, 4u) << "it spun";
    second.write_all("two");
    EXPECT_EQ(reader.read_some(16), "two");
  });
}

TEST_F(Fifo, AHangUpThatStaysEndsEachWaitOfTheProgramsOwn) {
  run([this] {
    const int reader = open(O_RDONLY);
    ::close(open(O_WRONLY));
    wait_readable(reader);  // at the end: a read does not block
    wait_readable(reader);
    weft::close(reader);
  });
}

}  // namespace
}  // namespace weft
