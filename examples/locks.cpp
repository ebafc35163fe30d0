// What goes wrong without a lock, and four ways to correct it. Python's threading.Lock, RLock and BoundedSemaphore.
//
// A coroutine is never interrupted between two waits, so an update is lost only if the coroutine waits in the middle of
// it. That is the place to lock.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <mutex>
#include <vector>
#include <weft/weft.hpp>

using namespace std::chrono_literals;

namespace {

// A hundred coroutines subtract one each from a hundred.
template <class Take>
int take_one_each(Take take) {
  int number = 100;
  std::vector<weft::task<>> takers;
  for (int i = 0; i < 100; ++i) takers.push_back(weft::spawn([&] { take(number); }));
  weft::join_all(takers);
  return number;
}

void take(int& number) {
  const int seen = number;
  weft::yield();  // for example a query to a database
  number = seen - 1;
}

void lost_update() {
  std::printf("without a lock: %d\n", take_one_each([](int& number) { take(number); }));

  weft::mutex lock("number");
  std::printf("with a mutex: %d\n", take_one_each([&](int& number) {
                const std::lock_guard guard(lock);
                take(number);
              }));
}

// Two accounts, each locked alone, and a report that needs both unchanged: it locks the same lock around them.
void recursive_lock() {
  weft::recursive_mutex lock("accounts");
  int first = 0, second = 0;
  const auto grab = [&lock](int& account) {
    const std::lock_guard guard(lock);
    weft::yield();
    return ++account;
  };
  std::vector<weft::task<>> clerks;
  for (int i = 0; i < 3; ++i) {
    clerks.push_back(weft::spawn([&] {
      const std::lock_guard guard(lock);
      const int a = grab(first);
      const int b = grab(second);
      std::printf("grabbed %d and %d\n", a, b);
    }));
  }
  weft::join_all(clerks);
  std::printf("with a recursive mutex: %d and %d\n", first, second);
}

// Twenty guests, but only two at once.
void two_at_once() {
  weft::bounded_semaphore permits(2, "permits");
  int inside = 0, most = 0;
  std::vector<weft::task<>> guests;
  for (int i = 0; i < 20; ++i) {
    guests.push_back(weft::spawn([&, i] {
      permits.acquire();
      most = std::max(most, ++inside);
      weft::sleep_for(10ms);
      --inside;
      std::printf(i % 2 == 0 ? "%d and " : "%d\n", i);
      permits.release();
    }));
  }
  weft::join_all(guests);
  std::printf("with a semaphore: never more than %d at once\n", most);
}

}  // namespace

int main() {
  weft::run([] {
    lost_update();
    recursive_lock();
    two_at_once();
  });
}
