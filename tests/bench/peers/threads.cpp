// Two threads of the operating system that pass a turn with a mutex and a condition variable, on one core.
#include <condition_variable>
#include <mutex>
#include <thread>

#include "measure.h"

int main(int argc, char** argv) {
  const long n = number_argument(argc, argv, 2, 40000);
  for (int k = 0; k < 3; ++k) {
    std::mutex m;
    std::condition_variable changed[2];
    int turn = 0;
    const auto play = [&](int me) {
      for (long i = 0; i < n / 2; ++i) {
        std::unique_lock lock(m);
        changed[me].wait(lock, [&] { return turn == me; });
        turn = 1 - me;
        changed[1 - me].notify_one();
      }
    };
    const double start = cpu_ns();
    std::thread a(play, 0);
    std::thread b(play, 1);
    a.join();
    b.join();
    result("switch_ns", (cpu_ns() - start) / (double)n);
  }
}
