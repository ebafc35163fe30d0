// What a program outside of this repository does with weft: spawn, suspend, take the results.
// The two projects beside it and ./dev check install build it; its exit status says whether weft works there.
#include <chrono>
#include <cstdio>
#include <weft/weft.hpp>

int main() {
  using namespace std::chrono_literals;
  const int sum = weft::run([] {
    auto twenty = weft::spawn("twenty", [] {
      weft::yield();
      return 20;
    });
    auto two_and_twenty = weft::spawn("two and twenty", [] {
      weft::sleep_for(1ms);
      return 22;
    });
    return twenty.get() + two_and_twenty.get();
  });
  std::printf("20 + 22 = %d\n", sum);
  return sum == 42 ? 0 : 1;
}
