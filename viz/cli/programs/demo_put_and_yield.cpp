// Why put() does not switch and yield() does: the same producer and consumer with an unbounded queue. First put()
// alone, which only makes the consumer ready; then a yield() after each put(), which gives it the thread.
#include <chrono>

#include "cli/programs/demo_support.hpp"
#include "cli/programs/demos.hpp"
#include "weft/weft.hpp"

namespace weft::viz::cli {
namespace {

using namespace std::chrono_literals;

void produce_and_consume(bool yields) {
  queue<int> items("items");
  const auto consumer = spawn("consumer", [&] {
    for (int taken = 0; taken < 3; ++taken) {
      items.get();
      compute_for(30us);
    }
  });
  const auto producer = spawn("producer", [&] {
    for (int item = 1; item <= 3; ++item) {
      compute_for(30us);
      items.put(item);
      if (yields) yield();
    }
  });
  consumer.join();
  producer.join();
}

}  // namespace

int run_put_and_yield(double seconds) {
  run({.name = "main"}, [&] {
    repeat(seconds, 0.4, [] {
      trace::mark("put alone");
      produce_and_consume(false);
      trace::mark("put, then yield");
      produce_and_consume(true);
    });
  });
  return 0;
}

}  // namespace weft::viz::cli
