// A traffic light and three cars: the light is an event. While it is set, cars pass; while it is clear they wait, and
// setting it lets all of them go at once. Python's threading.Event.
#include <chrono>
#include <cstdio>
#include <weft/weft.hpp>

using namespace std::chrono_literals;

namespace {

using moment = std::chrono::steady_clock::time_point;
constexpr auto tick = 100ms;

// Ten ticks of green, three of amber, seven of red. Cars may still pass during amber.
void run_light(weft::event& green, moment start) {
  for (int round = 0; round < 2; ++round) {
    const moment begin = start + 20 * round * tick;
    std::puts("===== green =====");
    green.set();
    weft::sleep_until(begin + 10 * tick);
    std::puts("===== amber =====");
    weft::sleep_until(begin + 13 * tick);
    std::puts("=====  red  =====");
    green.clear();
    weft::sleep_until(begin + 20 * tick);
  }
  std::puts("===== green =====");
  green.set();
}

void drive(int car, weft::event& green, moment arrival) {
  weft::sleep_until(arrival);
  if (green.is_set()) {
    std::printf("car %d drives through\n", car);
  } else {
    std::printf("car %d waits for the red light\n", car);
    green.wait();
    std::printf("car %d drives on\n", car);
  }
}

}  // namespace

int main() {
  weft::run([] {
    weft::event green("green light");
    const moment start = std::chrono::steady_clock::now();
    weft::task_group road;
    road.spawn("light", [&] { run_light(green, start); });
    for (const int car : {0, 1, 2}) {
      road.spawn("car", [&, car] {
        drive(car, green, start + (5 + 9 * car) * tick - tick / 2);   // in the first round
        drive(car, green, start + (32 + 2 * car) * tick + tick / 2);  // in the second
      });
    }
    road.join();
  });
}
