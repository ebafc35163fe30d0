// The demo: a small web shop on real loopback sockets, so that a scheduler has something to show. An echo service with
// a few clients, a producer and two consumers over the queue "orders", a heartbeat and a cleaner that sleep, and a lock
// that two coroutines want. A report now and then computes for too long without giving up the thread, while all other
// coroutines are ready.

#include <chrono>
#include <random>
#include <string>

#include "cli/programs/demo_support.hpp"
#include "cli/programs/demos.hpp"
#include "weft/weft.hpp"

namespace weft::viz::cli {

namespace {

using namespace std::chrono_literals;

// Random times that are the same in every run.
class dice {
 public:
  explicit dice(unsigned seed) : random_(seed) {}
  std::chrono::microseconds between(int low_us, int high_us) {
    return std::chrono::microseconds(std::uniform_int_distribution(low_us, high_us)(random_));
  }

 private:
  std::minstd_rand random_;
};

void echo(tcp_stream stream) {
  for (;;) {
    const std::string line = stream.read_some(512);
    if (line.empty()) return;
    compute_for(60us);
    stream.write_all(line);
  }
}

void client(const endpoint& server, unsigned number) {
  dice times(number);
  tcp_stream stream = tcp_stream::connect(server.host, server.port);
  for (;;) {
    stream.write_all("order from client " + std::to_string(number) + "\n");
    stream.read_until("\n");
    compute_for(20us);
    sleep_for(times.between(900, 3200));
  }
}

void producer(queue<int>& orders) {
  dice times(7);
  for (int order = 1;; ++order) {
    compute_for(50us);
    orders.put(order);
    if (order % 5 == 0) orders.put(++order);
    sleep_for(times.between(400, 1500));
  }
}

void consumer(queue<int>& orders, mutex& ledger, unsigned number) {
  dice times(100 + number);
  for (;;) {
    orders.get();
    compute_for(times.between(150, 500));
    const std::lock_guard guard(ledger);
    compute_for(40us);
    sleep_for(times.between(100, 300));  // a slow disk; the other consumer waits for the ledger
  }
}

void heartbeat() {
  for (;;) {
    compute_for(15us);
    sleep_for(2ms);
  }
}

void cleaner() {
  for (;;) {
    sleep_for(9ms);
    compute_for(120us);
    yield();
    compute_for(120us);
  }
}

// Sends two orders and then runs for longer than any coroutine should without giving up the thread: the coroutines that
// it has woken stay ready, and sleepers and waiters for the network are late. The viewer names this coroutine.
void report(queue<int>& orders) {
  for (;;) {
    sleep_for(70ms);
    trace::mark("report begins");
    orders.put(-1);
    orders.put(-2);
    compute_for(14ms);
  }
}

}  // namespace

int run_shop(double seconds) {
  // Declared before run(): when main ends, the other coroutines are cancelled and may still use these objects.
  tcp_server server({"127.0.0.1", 0}, echo);
  queue<int> orders("orders");
  mutex ledger("ledger");
  const endpoint address = server.local_endpoint();
  const end_signals signals;

  run({.name = "main"}, [&] {
    spawn("server", [&] { server.serve_forever(); });
    for (unsigned number = 1; number <= 3; ++number) {
      spawn("client " + std::to_string(number), [&, number] { client(address, number); });
    }
    spawn("producer", [&] { producer(orders); });
    spawn("consumer a", [&] { consumer(orders, ledger, 1); });
    spawn("consumer b", [&] { consumer(orders, ledger, 2); });
    spawn("heartbeat", heartbeat);
    spawn("cleaner", cleaner);
    spawn("report 报告", [&] { report(orders); });

    signals.wait_for(seconds);
  });
  return 0;
}

}  // namespace weft::viz::cli
