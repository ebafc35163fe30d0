// A lost wake-up: the customer checks whether the coffee is ready, and does something else before it waits. The bell
// rings in between, when nobody waits for it, so the customer waits until its time limit. In every other round it
// checks and waits under one lock, and hears the bell.
#include <chrono>
#include <mutex>

#include "cli/programs/demo_support.hpp"
#include "cli/programs/demos.hpp"
#include "weft/weft.hpp"

namespace weft::viz::cli {
namespace {

using namespace std::chrono_literals;

class coffee_bar {
 public:
  void make_coffee() {
    compute_for(100us);
    sleep_for(2ms);
    const std::lock_guard guard(lock_);
    is_ready_ = true;
    bell_.notify_one();
  }

  // Checks, releases the lock, and waits without a second check.
  bool wait_carelessly() {
    {
      const std::lock_guard guard(lock_);
      if (is_ready_) return true;
    }
    sleep_for(3ms);  // reads the newspaper
    std::unique_lock guard(lock_);
    return bell_.wait_for(guard, 40ms) == std::cv_status::no_timeout;
  }

  bool wait_well() {
    std::unique_lock guard(lock_);
    return bell_.wait_for(guard, 40ms, [this] { return is_ready_; });
  }

 private:
  mutex lock_{"counter"};
  condition_variable bell_{"bell"};
  bool is_ready_ = false;
};

}  // namespace

int run_lost_wakeup(double seconds) {
  run({.name = "main"}, [&] {
    bool careless = false;
    repeat(seconds, 0.005, [&] {
      careless = !careless;
      coffee_bar bar;
      trace::mark(careless ? "looks, then waits" : "looks and waits in one");
      const auto customer = spawn("customer", [&] { return careless ? bar.wait_carelessly() : bar.wait_well(); });
      const auto barista = spawn("barista", [&] { bar.make_coffee(); });
      barista.join();
      customer.join();
    });
  });
  return 0;
}

}  // namespace weft::viz::cli
