// Outside events in a replay: fds and other threads. They come in the recorded order: an early event is delayed, a late
// one is waited for.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <cstring>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "poller/make_poller.hpp"
#include "support/replayed.hpp"
#include "weft/event.hpp"
#include "weft/io.hpp"
#include "weft/tcp.hpp"
#include "weft/tcp_server.hpp"
#include "weft/this_coroutine.hpp"
#include "weft/unix_socket.hpp"

namespace weft {
namespace {

using namespace std::chrono_literals;
using support::divergence;
using support::first_difference;
using support::order_text;
using support::recorded_run;
using support::simulation;
using support::temporary_trace;
using testing::HasSubstr;

// Runs `program` on the machine's clock and poller and records it.
template <class F>
void record(F&& program, const run_options& options, const std::string& path) {
  trace::start({.path = path});
  struct stopper {
    ~stopper() { trace::stop(); }
  } const at_the_end;
  run(options, program);
}

// The machine's poller; before its first real wait it calls `late`, once.
class late_poller final : public core::poller {
 public:
  explicit late_poller(std::function<void()> late) : late_(std::move(late)) {}
  int watch(int fd, std::uint32_t generation) noexcept override { return real_->watch(fd, generation); }
  int rearm(int fd, std::uint32_t generation) noexcept override { return real_->rearm(fd, generation); }
  void forget(int fd) noexcept override { real_->forget(fd); }
  std::size_t wait(std::span<core::io_event> out, std::int64_t timeout_ns) noexcept override {
    if (timeout_ns != 0 && late_ != nullptr) std::exchange(late_, nullptr)();
    return real_->wait(out, timeout_ns);
  }
  void notify() noexcept override { real_->notify(); }

 private:
  std::unique_ptr<core::poller> real_ = core::make_poller();
  std::function<void()> late_;
};

void echo_over_tcp(unsigned clients, unsigned rounds) {
  tcp_server server({"127.0.0.1", 0}, [](tcp_stream s) {
    for (std::string got = s.read_some(64); !got.empty(); got = s.read_some(64)) s.write_all(got);
  });
  const endpoint where = server.local_endpoint();
  const task<> serving = spawn("server", [&] { server.serve_forever(); });
  std::vector<task<>> all;
  for (unsigned i = 0; i < clients; ++i) {
    all.push_back(spawn("client " + std::to_string(i), [&where, rounds] {
      tcp_stream s = tcp_stream::connect(where.host, where.port);
      for (unsigned n = 0; n < rounds; ++n) {
        s.write_all("hello " + std::to_string(n) + "\n");
        s.read_until("\n");
      }
    }));
  }
  for (const task<>& t : all) t.join();
  server.shutdown(1s);
  serving.join();
}

TEST(ReplayOutside, AnEchoServerAndItsClientsRunInTheRecordedOrder) {
  for (std::uint64_t seed = 1; seed <= 8; ++seed) {
    SCOPED_TRACE(seed);
    const auto program = [] { echo_over_tcp(8, 6); };
    const temporary_trace recorded, replayed;
    run_options shuffled;
    if (seed % 2 == 0) shuffled.shuffle_seed = seed;
    record(program, shuffled, recorded.path());
    const std::string file = recorded.path();

    record(program, {.replay = file}, replayed.path());

    EXPECT_EQ(first_difference(order_text(recorded.path()), order_text(replayed.path())), "");
  }
}

TEST(ReplayOutside, ReadinessThatComesEarlyIsHeldBack) {
  std::string order;
  simulation s;
  const auto program = [&](bool early) {
    order.clear();
    const task<> reader = spawn("reader", [&] {
      wait_readable(100);
      order += "read ";
    });
    yield();
    if (early) s.poller.make_readable(100);
    for (int i = 0; i < 3; ++i) {
      sleep_for(1ms);
      order += "tick ";
    }
    if (!early) s.poller.make_readable(100);
    reader.join();
  };
  const temporary_trace file;
  trace::start({.path = file.path()});
  s.run([&] { program(false); });
  trace::stop();
  const std::string path = file.path();
  s.poller.drain(100);

  s.run([&] { program(true); }, {.replay = path});

  EXPECT_EQ(order, "tick tick tick read ");
}

TEST(ReplayOutside, ReadinessThatComesLateIsWaitedFor) {
  std::string order;
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  const auto program = [&] {
    order.clear();
    const task<> reader = spawn("reader", [&] {
      char got;
      wait_readable(ends[0]);
      EXPECT_EQ(read(ends[0], &got, 1), 1);
      order += "read ";
    });
    sleep_for(1us);
    order += "tick ";
    sleep_for(1h);
    order += "tock ";
    reader.join();
  };
  simulation s;
  const temporary_trace file;
  ASSERT_EQ(write(ends[1], "x", 1), 1);
  trace::start({.path = file.path()});
  s.poller.make_readable(ends[0]);
  s.run(program);
  trace::stop();
  ASSERT_EQ(order, "read tick tock ");
  const std::string path = file.path();
  late_poller poller([&] { EXPECT_EQ(write(ends[1], "x", 1), 1); });

  run({.poller = &poller, .replay = path}, program);

  EXPECT_EQ(order, "read tick tock ");
  ::close(ends[0]);
  ::close(ends[1]);
}

TEST(ReplayOutside, ReadinessThatNeverComesIsADivergence) {
  simulation s;
  const auto program = [&](bool comes) {
    const task<> reader = spawn("reader", [&] { wait_readable(100); });
    yield();
    if (comes) s.poller.make_readable(100);
    reader.join();
  };
  const recorded_run recorded([] {});
  const temporary_trace file;
  trace::start({.path = file.path()});
  s.run([&] { program(true); });
  trace::stop();
  const std::string path = file.path();
  s.poller.drain(100);

  EXPECT_THAT([&] { s.run([&] { program(false); }, {.replay = path}); },
              testing::ThrowsMessage<replay_divergence>(HasSubstr(", fd 100\", but fd 100 does not become ready")));
}

// In the recording the peer was faster: data was there at once, and no coroutine had to wait.
TEST(ReplayOutside, AReadThatDidNotHaveToWaitDoesNotWait) {
  int ends[2];
  ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
  unix_stream peer(ends[1]);
  unix_stream mine(ends[0]);
  const auto send = [&](const char* text) { EXPECT_GT(write(peer.native_handle(), text, std::strlen(text)), 0); };
  const auto program = [&](bool peer_is_quick) {
    std::string got;
    const task<> reader = spawn("reader", [&] {
      for (int i = 0; i < 3; ++i) got += mine.read_until("\n");
    });
    if (peer_is_quick) send("first\n");
    yield();
    send("second\n");
    yield();
    sleep_for(1us);
    send("third\n");
    reader.join();
    EXPECT_EQ(got, "first\nsecond\nthird\n");
  };
  const temporary_trace file;
  const temporary_trace replayed;
  record([&] { program(true); }, {}, file.path());
  const std::string path = file.path();
  late_poller poller([&] { send("first\n"); });

  record([&] { program(false); }, {.poller = &poller, .replay = path}, replayed.path());

  EXPECT_EQ(first_difference(order_text(path), order_text(replayed.path())), "");
}

// The other way round: now the peer is faster. No read may find its data earlier than in the recording.
TEST(ReplayOutside, AReadThatHadToWaitWaitsAgain) {
  int ends[2];
  ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
  unix_stream peer(ends[1]);
  unix_stream mine(ends[0]);
  std::string order;
  const auto send = [&](const char* text) { EXPECT_GT(write(peer.native_handle(), text, std::strlen(text)), 0); };
  const auto program = [&](bool early) {
    order.clear();
    const task<> reader = spawn("reader", [&] {
      for (int i = 0; i < 2; ++i) order += mine.read_until("\n");
    });
    if (early) send("first\n");
    yield();
    order += "tick\n";
    if (!early) send("first\n");
    yield();
    sleep_for(1us);
    order += "tock\n";
    send("second\n");
    reader.join();
  };
  const temporary_trace file;
  record([&] { program(false); }, {}, file.path());
  const std::string recorded_order = order;
  ASSERT_EQ(order.find("tick"), 0u);
  const std::string path = file.path();

  run({.replay = path}, [&] { program(true); });

  EXPECT_EQ(order, recorded_order);
}

TEST(ReplayOutside, WhatAnotherThreadGrantsComesWhereItCame) {
  std::string order;
  const auto program = [&](bool early) {
    order.clear();
    event go;
    const task<> waiter = spawn("waiter", [&] {
      go.wait();
      order += "go ";
    });
    yield();
    const auto set = [&] { std::thread([&] { go.set(); }).join(); };
    if (early) set();
    for (int i = 0; i < 3; ++i) {
      sleep_for(1us);
      order += "tick ";
    }
    if (!early) set();
    waiter.join();
  };
  const temporary_trace file;
  record([&] { program(false); }, {}, file.path());
  ASSERT_EQ(order, "tick tick tick go ");
  const std::string path = file.path();

  run({.replay = path}, [&] { program(true); });

  EXPECT_EQ(order, "tick tick tick go ");
}

TEST(ReplayOutside, WhatAnotherThreadCancelsIsCancelledWhereItWas) {
  std::string order;
  const auto program = [&](bool early) {
    order.clear();
    const task<> sleeper = spawn("sleeper", [&] {
      try {
        sleep_for(1h);
      } catch (const cancelled&) {
        order += "cancelled ";
        throw;
      }
    });
    yield();
    const auto cancel = [&] { std::thread([&] { sleeper.cancel(); }).join(); };
    if (early) cancel();
    for (int i = 0; i < 3; ++i) {
      sleep_for(1us);
      order += "tick ";
    }
    if (!early) cancel();
    sleeper.join();
  };
  const temporary_trace file;
  record([&] { program(false); }, {}, file.path());
  ASSERT_EQ(order, "tick tick tick cancelled ");
  const std::string path = file.path();

  run({.replay = path}, [&] { program(true); });

  EXPECT_EQ(order, "tick tick tick cancelled ");
}

}  // namespace
}  // namespace weft
