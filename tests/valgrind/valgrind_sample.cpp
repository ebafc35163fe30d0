// The program for memcheck: coroutines start and end, wait, fail, use several pages of stack, and a generator. Prints
// the sum that it computed, so that a wrong run is noticed.
#include <cstdio>
#include <stdexcept>
#include <vector>

#include "weft/weft.hpp"

namespace {

[[gnu::noinline]] int deep(int n) {
  volatile int here[200];
  for (int i = 0; i < 200; ++i) here[i] = n;
  return n == 0 ? 0 : deep(n - 1) + here[n % 200] - n + 1;
}

}  // namespace

int main() {
  const int sum = weft::run([] {
    weft::queue<int> numbers(3);
    weft::mutex lock;
    int total = 0;
    std::vector<weft::task<int>> workers;
    for (int i = 0; i < 20; ++i) {
      workers.push_back(weft::spawn([&, i] {
        const int taken = numbers.get();
        const std::lock_guard guard(lock);
        weft::sleep_for(std::chrono::microseconds(10));
        total += deep(40);
        if (i % 5 == 0) throw std::runtime_error("every fifth");
        return taken;
      }));
    }
    for (int i = 0; i < 20; ++i) numbers.put(i);
    for (const auto& w : workers) {
      try {
        w.get();
      } catch (const std::runtime_error&) {
        ++total;
      }
    }
    const auto left = weft::spawn([] { weft::sleep_for(std::chrono::hours(1)); });
    weft::yield();
    left.kill();
    weft::generator<int> squares([](auto& y) {
      for (int i = 0; i < 4; ++i) y(i * i);
    });
    for (const int square : squares) total += square;
    return total;
  });
  std::printf("%d\n", sum);
  return sum == 20 * 40 + 4 + 14 ? 0 : 1;
}
