// Three workers take numbers from one list. Ctrl-C does not end the program: it wakes a coroutine, which cancels every
// task and waits until all have really ended. asyncio: KeyboardInterrupt, then task.cancel() for each of all_tasks().
//
// Press Ctrl-C, or wait: after a second and a half the program sends itself the signal.
#include <chrono>
#include <csignal>
#include <cstdio>
#include <numeric>
#include <string>
#include <vector>
#include <weft/weft.hpp>

using namespace std::chrono_literals;

namespace {

void take_numbers(const char* name, std::vector<int>& numbers) {
  try {
    for (auto next = std::chrono::steady_clock::now(); !numbers.empty();) {
      std::printf("%s takes %d\n", name, numbers.back());
      numbers.pop_back();
      weft::sleep_until(next += 1s);
    }
  } catch (const weft::cancelled&) {
    std::printf("%s puts its tools away\n", name);
    throw;  // a cancelled task must pass the exception on
  }
}

}  // namespace

int main() {
  weft::run([] {
    std::vector<int> numbers(1000);
    std::iota(numbers.begin(), numbers.end(), 0);

    weft::signal_set interrupt{SIGINT};
    std::vector<weft::task<>> workers;
    for (const char* name : {"Ada", "Bob", "Cid"}) {
      workers.push_back(weft::spawn(name, [name, &numbers] { take_numbers(name, numbers); }));
    }
    const auto user = weft::spawn("user", [] {
      weft::sleep_for(1500ms);
      std::raise(SIGINT);
    });

    interrupt.wait();
    std::puts("Ctrl-C");
    for (const weft::task<>& w : workers) {
      std::printf("cancel %s: %s\n", w.name().c_str(), w.cancel() ? "true" : "false");
    }
    weft::join_all(workers);
    for (const weft::task<>& w : workers) {
      std::printf("%s is %s\n", w.name().c_str(),
                  w.status() == weft::task_status::cancelled ? "cancelled" : "not cancelled");
    }
    std::printf("%zu numbers are left\n", numbers.size());
  });
  std::puts("the loop is closed");
}
