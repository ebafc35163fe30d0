// The README's program: two workers run in turns, and the diary shows the order.
// WEFT_TRACE=hello.weft ./hello && weft view hello.weft
#include <chrono>
#include <cstdio>
#include <weft/weft.hpp>

using namespace std::chrono_literals;

int main() {
  weft::run([] {
    weft::queue<int> orders{"orders"};
    auto cook = weft::spawn("cook", [&] {
      for (int i = 0; i < 3; ++i) std::printf("cooked order %d\n", orders.get());
    });
    for (int order = 1; order <= 3; ++order) {
      orders.put(order);
      weft::sleep_for(5ms);
    }
    cook.join();
  });
}
