// One coroutine computes for a second and all others stop: a coroutine gives up the thread only where it waits.
// Record it: the viewer names the coroutine that ran too long, and those that were ready meanwhile.
#include <chrono>
#include <cstdio>
#include <weft/weft.hpp>

using namespace std::chrono_literals;

int main() {
  weft::run([] {
    int beats = 0;
    const auto heartbeat = weft::spawn("heartbeat", [&] {
      for (;; ++beats) weft::sleep_for(10ms);
    });
    weft::sleep_for(105ms);
    const int before = beats;
    const auto hog = weft::spawn("hog", [] {
      const auto end = std::chrono::steady_clock::now() + 1s;
      while (std::chrono::steady_clock::now() < end) {
      }
    });
    hog.join();
    std::printf("heartbeat went on before: %s\n", before > 0 ? "yes" : "no");
    // 100 beats were due in that second; one may have come between the count and the hog's start.
    std::printf("heartbeat stood still while the hog computed: %s\n", beats - before <= 1 ? "yes" : "no");
  });
}
