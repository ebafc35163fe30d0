// A thousand visitors at ten doors: more coroutines than a picture has rows. A few of them are slow inside.
#include <chrono>
#include <mutex>
#include <random>
#include <string>

#include "cli/programs/demo_support.hpp"
#include "cli/programs/demos.hpp"
#include "weft/weft.hpp"

namespace weft::viz::cli {
namespace {

using namespace std::chrono_literals;

constexpr unsigned visitors = 1000, doors = 10;

void visit(unsigned number, bounded_semaphore& permits, mutex& book, queue<unsigned>& guests) {
  std::minstd_rand random(number + 1);
  std::uniform_int_distribution<int> pause(20'000, 200'000);
  for (;;) {
    sleep_for(std::chrono::microseconds(pause(random)));
    permits.acquire();
    compute_for(number % 100 == 42 ? 4ms : 8us);
    {
      const std::lock_guard guard(book);
      compute_for(2us);
    }
    guests.put(number);
    permits.release();
  }
}

}  // namespace

int run_thousand(double seconds) {
  bounded_semaphore permits(doors, "doors");
  mutex book("visitors' book");
  queue<unsigned> guests("guests");
  const end_signals signals;
  run({.name = "main"}, [&] {
    for (unsigned n = 0; n < visitors; ++n) {
      spawn("visitor " + std::to_string(n), [&, n] { visit(n, permits, book, guests); });
    }
    spawn("host", [&] {
      for (;;) {
        guests.get();
        compute_for(5us);
      }
    });
    signals.wait_for(seconds);
  });
  return 0;
}

}  // namespace weft::viz::cli
