// Two sleeps of one second end together: a sleeping coroutine does not delay the others.
// gevent: joinall([spawn(sleep, 1), spawn(sleep, 1)]).
#include <chrono>
#include <cstdio>
#include <weft/weft.hpp>

using namespace std::chrono_literals;

int main() {
  const auto start = std::chrono::steady_clock::now();
  weft::run([] {
    const auto nap = [](const char* name) {
      std::printf("%s goes to sleep\n", name);
      weft::sleep_for(1s);
      std::printf("%s wakes up\n", name);
    };
    const auto first = weft::spawn("first", [&] { nap("first"); });
    const auto second = weft::spawn("second", [&] { nap("second"); });
    first.join();
    second.join();
  });
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  std::printf("together: %.0f s\n", took.count());
}
