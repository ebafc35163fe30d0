// A program outside of this repository that uses weft: spawns, suspends, reads results, catches weft's errors. The
// projects beside it and ./dev check install build it; its exit status says whether weft works there.
#include <chrono>
#include <cstdio>
#include <stdexcept>
#include <weft/weft.hpp>

namespace {

bool throws_timeout() {
  try {
    weft::with_timeout(std::chrono::milliseconds(1), [] { weft::sleep_for(std::chrono::hours(1)); });
  } catch (const weft::timeout_error&) {
    return true;
  }
  return false;
}

bool rethrows() {
  auto failing = weft::spawn([]() -> int { throw std::runtime_error("mine"); });
  try {
    failing.get();
  } catch (const std::runtime_error& e) {
    return std::string_view(e.what()) == "mine";
  }
  return false;
}

// Uses one of each kind of state that is defined in the library and instantiated by a template here.
int through_everything() {
  weft::channel<int> numbers(1);
  auto source = weft::spawn([&] {
    for (const int n : {1, 2}) numbers.send(n);
    numbers.close();
  });
  int sum = 0;
  for (bool open = true; open;) {
    weft::select(weft::on_receive(numbers, [&](std::optional<int> n) {
      open = n.has_value();
      sum += n.value_or(0);
    }));
  }
  weft::generator<int> three{[](auto& y) { y(3); }};
  for (const int n : three) sum += n;
  weft::greenlet<int> doubler{[](int n) { return 2 * n; }};
  sum += doubler.switch_to(2);
  weft::promise<int> promise;
  promise.set_value(5);
  weft::pool pool(2);
  sum += promise.get_future().get() + pool.apply([] { return 6; });
  sum += weft::await([]() -> weft::co_task<int> { co_return 7; }());
  weft::with_task_group([&](weft::task_group& g) { g.spawn([&] { sum += 8; }); });
  source.join();
  return sum;
}

}  // namespace

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
    if (!throws_timeout() || !rethrows() || through_everything() != 36) return -1;
    return twenty.get() + two_and_twenty.get();
  });
  std::printf("20 + 22 = %d\n", sum);
  return sum == 42 ? 0 : 1;
}
