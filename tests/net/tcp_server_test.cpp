#include "weft/tcp_server.hpp"

#include <gmock/gmock.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <exception>
#include <functional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <vector>

#include "core/scheduler.hpp"
#include "system_error_matcher.hpp"
#include "weft/run.hpp"
#include "weft/task.hpp"
#include "weft/this_coroutine.hpp"

namespace weft {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

const endpoint any_port{"127.0.0.1", 0};

void echo(tcp_stream stream) {
  while (true) {
    const std::string some = stream.read_some(4096);
    if (some.empty()) return;
    stream.write_all(some);
  }
}

tcp_stream connect_to(const tcp_server& server) {
  return tcp_stream::connect(server.local_endpoint().host, server.local_endpoint().port);
}

// Lets other coroutines run until the condition holds; the suite's own time limit ends a useless wait.
template <class Condition>
void run_until(Condition condition) {
  while (!condition()) sleep_for(1ms);
}

TEST(TcpServer, GivesEachConnectionACoroutineOfItsOwn) {
  run([] {
    tcp_server server(any_port, echo);
    const auto serving = spawn([&] { server.serve_forever(); });
    std::vector<tcp_stream> clients;
    for (int i = 0; i < 3; ++i) clients.push_back(connect_to(server));

    // The last one first: no connection waits for another one.
    for (int i = 2; i >= 0; --i) {
      auto& client = clients[static_cast<std::size_t>(i)];
      client.write_all("hello " + std::to_string(i));
      EXPECT_EQ(client.read_exactly(7), "hello " + std::to_string(i));
    }

    clients.clear();
    server.shutdown(1h);
    serving.get();
  });
}

TEST(TcpServer, NamesTheCoroutineAfterThePeer) {
  run([] {
    std::string name;
    tcp_server server(any_port, [&](tcp_stream s) {
      name = this_coroutine::name();
      (void)s.read_all();
    });
    const auto serving = spawn([&] { server.serve_forever(); });
    auto client = connect_to(server);

    run_until([&] { return !name.empty(); });

    EXPECT_EQ(name, "conn " + to_string(client.local_endpoint()));
    client.close();
    server.shutdown(1h);
    serving.get();
  });
}

TEST(TcpServer, PortInUseIsSaidByTheConstructor) {
  run([] {
    tcp_server first(any_port, echo);

    EXPECT_EQ(text_of_system_error(EADDRINUSE, [&] { tcp_server second(first.local_endpoint(), echo); }),
              "bind " + to_string(first.local_endpoint()) + ": Address already in use");
  });
}

TEST(TcpServer, ShutdownWaitsForTheConnectionsAndRefusesNewOnes) {
  run([] {
    tcp_server server(any_port, echo);
    const auto serving = spawn([&] { server.serve_forever(); });
    auto client = connect_to(server);
    client.write_all("a");
    EXPECT_EQ(client.read_exactly(1), "a");

    const auto stopping = spawn([&] { server.shutdown(1h); });
    run_until([&] {
      try {
        (void)connect_to(server);
        return false;
      } catch (const std::system_error&) {
        return true;
      }
    });
    client.write_all("b");
    EXPECT_EQ(client.read_exactly(1), "b") << "the connection goes on";
    EXPECT_FALSE(stopping.finished() || serving.finished());
    client.close();

    stopping.get();
    serving.get();
    EXPECT_EQ(server.connections(), 0U);
  });
}

TEST(TcpServer, ShutdownCancelsWhatIsLeftAfterTheDrain) {
  run([] {
    bool unwound = false;
    tcp_server server(any_port, [&](tcp_stream s) {
      const struct on_end {
        bool& flag;
        ~on_end() { flag = true; }
      } at_end{unwound};
      (void)s.read_all();
    });
    const auto serving = spawn([&] { server.serve_forever(); });
    auto client = connect_to(server);
    run_until([&] { return server.connections() == 1; });

    server.shutdown(2ms);

    EXPECT_TRUE(unwound);
    EXPECT_EQ(client.read_all(), "") << "its stream was closed";
    serving.get();
  });
}

TEST(TcpServer, ShutdownFromAConnectionDoesNotWaitForItself) {
  run([] {
    tcp_server* self = nullptr;
    tcp_server server(any_port, [&](tcp_stream s) {
      (void)s.read_until("\n");
      self->shutdown(1h);
      s.write_all("bye");
    });
    self = &server;
    const auto serving = spawn([&] { server.serve_forever(); });
    auto client = connect_to(server);

    client.write_all("quit\n");

    EXPECT_EQ(client.read_all(), "bye");
    serving.get();
  });
}

TEST(TcpServer, ShutdownFromAnotherThread) {
  run([] {
    tcp_server server(any_port, echo);
    std::thread other([&] { server.shutdown(1ms); });

    server.serve_forever();

    other.join();
  });
}

TEST(TcpServer, ServeForeverAfterShutdownReturnsAtOnce) {
  run([] {
    tcp_server server(any_port, echo);
    server.shutdown();

    server.serve_forever();
    server.shutdown();
  });
}

TEST(TcpServer, ServingTwiceIsRefused) {
  run([] {
    tcp_server server(any_port, echo);
    const auto serving = spawn([&] { server.serve_forever(); });
    yield();

    EXPECT_THROW(server.serve_forever(), std::logic_error);

    server.shutdown();
    serving.get();
  });
}

TEST(TcpServer, CancelledServeForeverStopsAcceptingAndLeavesTheConnections) {
  run([] {
    tcp_server server(any_port, echo);
    const auto serving = spawn([&] { server.serve_forever(); });
    auto client = connect_to(server);
    run_until([&] { return server.connections() == 1; });

    serving.kill();

    EXPECT_EQ(serving.status(), task_status::cancelled);
    text_of_system_error(ECONNREFUSED, [&] { (void)connect_to(server); });
    client.write_all("x");
    EXPECT_EQ(client.read_exactly(1), "x");
  });
}

TEST(TcpServer, HandlersErrorIsReportedAndTheServerGoesOn) {
  std::vector<std::string> reported;
  const auto before = set_unhandled_handler([&](std::exception_ptr error, std::string_view) {
    try {
      std::rethrow_exception(error);
    } catch (const std::exception& e) {
      reported.emplace_back(e.what());
    }
  });
  run([] {
    tcp_server server(any_port, [](tcp_stream s) {
      if (s.read_until("\n") == "fail\n") throw std::runtime_error("the handler failed");
      s.write_all("ok");
    });
    const auto serving = spawn([&] { server.serve_forever(); });
    auto first = connect_to(server);
    first.write_all("fail\n");
    EXPECT_EQ(first.read_all(), "") << "the stream went with its handler";

    auto second = connect_to(server);
    second.write_all("go on\n");

    EXPECT_EQ(second.read_all(), "ok");
    server.shutdown();
    serving.get();
  });
  set_unhandled_handler(before);
  EXPECT_THAT(reported, ElementsAre("the handler failed"));
}

// What the accepting coroutine waits for, according to the diary.
diary::wait_reason reason_of_acceptor() {
  const core::coroutine* c = core::scheduler::current()->oldest();
  while (c != nullptr && !c->work->name().starts_with("accept ")) c = c->younger;
  return c != nullptr ? c->reason : diary::wait_reason::none;
}

TEST(TcpServer, NoMoreThanMaxConnectionsAtOnce) {
  run([] {
    std::size_t most = 0;
    tcp_server* self = nullptr;
    tcp_server server(any_port,
                      [&](tcp_stream s) {
                        most = std::max(most, self->connections());
                        s.write_all(s.read_until("\n"));
                      },
                      {.max_connections = 2});
    self = &server;
    const auto serving = spawn([&] { server.serve_forever(); });
    std::vector<tcp_stream> clients;
    for (int i = 0; i < 5; ++i) clients.push_back(connect_to(server));
    run_until([&] { return server.connections() == 2; });
    EXPECT_EQ(reason_of_acceptor(), diary::wait_reason::connection_limit);

    for (auto& client : clients) {
      client.write_all("x\n");
      EXPECT_EQ(client.read_all(), "x\n");
    }

    EXPECT_EQ(most, 2U);
    server.shutdown();
    serving.get();
  });
}

TEST(TcpServer, TakesAHandlerThatCanOnlyBeMoved) {
  run([] {
    tcp_server server(any_port, [word = std::make_unique<std::string>("mine")](tcp_stream s) { s.write_all(*word); });
    const auto serving = spawn([&] { server.serve_forever(); });

    EXPECT_EQ(connect_to(server).read_all(), "mine");

    server.shutdown();
    serving.get();
  });
}

// Records the back-offs that the diary would show.
class backoff_observer final : public core::observer {
 public:
  void record(diary::event_type type, std::uint64_t, std::uint64_t error, std::uint64_t delay_ns, std::uint64_t,
              std::uint64_t, std::uint64_t) noexcept override {
    if (type != diary::event_type::accept_backoff) return;
    errors.push_back(static_cast<int>(error));
    delays.emplace_back(static_cast<std::int64_t>(delay_ns));
  }
  void record_text(diary::event_type, std::string_view, std::uint64_t, std::uint64_t, std::uint64_t) noexcept override {
  }
  std::uint64_t string_id(std::string_view) noexcept override { return 1; }
  std::uint64_t site_id(const source_location&) noexcept override { return 1; }
  void define_object(std::uint64_t, diary::object_kind, std::string_view) noexcept override {}
  std::uint64_t ordinal() const noexcept override { return 0; }
  std::uint32_t thread_index() const noexcept override { return 0; }

  std::vector<int> errors;
  std::vector<std::chrono::nanoseconds> delays;
};

TEST(TcpServer, OutOfFdsItBacksOffLongerEachTimeAndRecovers) {
  ::rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  backoff_observer seen;
  run([&] {
    tcp_server server(any_port, echo);
    const auto serving = spawn([&] { server.serve_forever(); });
    // Produce some events while fds are left: UBSan opens one when it sees an object for the first time.
    core::scheduler::current()->set_observer(&seen);
    yield();
    const int free = ::dup(STDIN_FILENO);
    ASSERT_GE(free, 0);
    ::close(free);
    ::rlimit one_more = before;
    one_more.rlim_cur = static_cast<::rlim_t>(free) + 1;
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &one_more), 0);
    auto client = connect_to(server);

    run_until([&] { return seen.delays.size() >= 3; });
    EXPECT_EQ(server.connections(), 0U);
    EXPECT_EQ(reason_of_acceptor(), diary::wait_reason::accept_backoff);
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
    client.write_all("x");
    EXPECT_EQ(client.read_exactly(1), "x") << "the connection waited in the kernel's queue";

    core::scheduler::current()->set_observer(nullptr);
    client.close();
    server.shutdown();
    serving.get();
  });
  seen.delays.resize(3);
  EXPECT_THAT(seen.delays, ElementsAre(10ms, 20ms, 40ms));
  EXPECT_THAT(seen.errors, testing::Each(EMFILE));
}

// Collects the lines for the unhandled handler while it lives.
class unhandled_lines {
 public:
  unhandled_lines() {
    before_ =
        set_unhandled_handler([this](const std::exception_ptr&, std::string_view line) { told.emplace_back(line); });
  }
  ~unhandled_lines() { set_unhandled_handler(before_); }
  std::vector<std::string> told;

 private:
  unhandled_handler before_;
};

// Serves one client, which only connects and waits for the end.
void serve_one(const std::function<void(tcp_stream)>& handler, const tcp_server_options& options) {
  run([&] {
    tcp_server server(any_port, handler, options);
    const auto serving = spawn([&] { server.serve_forever(); });
    auto client = connect_to(server);
    EXPECT_EQ(client.read_some(1), "");
    server.shutdown();
    serving.get();
  });
}

TEST(TcpServer, TellsOnErrorWhatAHandlerThrewAndWhoThePeerWas) {
  const unhandled_lines unhandled;
  std::vector<std::string> errors;
  serve_one([](tcp_stream) { throw std::runtime_error("no such order"); },
            {.on_error = [&](const std::exception_ptr& error, std::string_view peer) {
              try {
                std::rethrow_exception(error);
              } catch (const std::runtime_error& e) {
                errors.push_back(std::string(e.what()) + " from " + std::string(peer.substr(0, peer.find(':'))));
              }
            }});
  EXPECT_THAT(errors, ElementsAre("no such order from 127.0.0.1"));
  EXPECT_THAT(unhandled.told, testing::IsEmpty());
}

TEST(TcpServer, ReportsAsUnhandledWhatOnErrorThrows) {
  const unhandled_lines unhandled;
  serve_one([](tcp_stream) { throw std::runtime_error("first"); },
            {.on_error = [](const std::exception_ptr&, std::string_view) { throw std::runtime_error("second"); }});
  EXPECT_THAT(unhandled.told, ElementsAre(testing::HasSubstr("second")));
}

TEST(TcpServer, AClientThatGoesAwayIsNoUnhandledError) {
  const unhandled_lines unhandled;
  for (const int error : {ECONNRESET, EPIPE}) {
    serve_one([error](tcp_stream) { throw std::system_error(error, std::generic_category(), "read"); }, {});
  }
  EXPECT_THAT(unhandled.told, testing::IsEmpty());
}

TEST(TcpServer, AnotherErrorIsUnhandled) {
  const unhandled_lines unhandled;
  serve_one([](tcp_stream) { throw std::system_error(ENOSPC, std::generic_category(), "write"); }, {});
  EXPECT_THAT(unhandled.told, ElementsAre(testing::HasSubstr("No space left")));
}

TEST(TcpServer, ACancelledConnectionIsNoErrorForOnError) {
  std::size_t errors = 0;
  run([&] {
    tcp_server server(any_port, [](tcp_stream s) { s.read_some(1); },
                      {.on_error = [&](const std::exception_ptr&, std::string_view) { ++errors; }});
    const auto serving = spawn([&] { server.serve_forever(); });
    auto client = connect_to(server);
    run_until([&] { return server.connections() == 1; });
    server.shutdown(0s);
    serving.get();
  });
  EXPECT_EQ(errors, 0u);
}

}  // namespace
}  // namespace weft
