// A program for gdb to look at: one coroutine in each state. It stops in stand_still(), or dies there: gdb_sample die.
#include <cstdlib>
#include <cstring>
#include <mutex>

#include "weft/weft.hpp"

namespace {

bool dies = false;

[[gnu::noinline]] void stand_still() {
  if (dies) std::abort();
}

weft::queue<int> orders("orders");
weft::mutex till("till");

[[gnu::noinline]] int wait_for_an_order(int desk) {
  const int order = orders.get();
  return order + desk;
}

[[gnu::noinline]] void hold_the_till() {
  const std::lock_guard guard(till);
  weft::sleep_for(std::chrono::hours(1));
}

[[gnu::noinline]] void wait_for_the_till() { const std::lock_guard guard(till); }

}  // namespace

int main(int argc, char** argv) {
  dies = argc > 1 && std::strcmp(argv[1], "die") == 0;
  weft::run([] {
    const auto clerk = weft::spawn("clerk", [] { return wait_for_an_order(7); });
    weft::spawn("cashier", [] { hold_the_till(); });
    weft::spawn("customer", [] { wait_for_the_till(); });
    weft::yield();
    weft::spawn("late", [] {});
    stand_still();
    orders.put(1);
    clerk.join();
  });
}
