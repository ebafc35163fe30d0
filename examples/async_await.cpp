// async and await together with coroutines that have stacks: one scheduler, one diary; each kind waits for the other.
// asyncio: async def, await, create_task, wait_for.
#include <chrono>
#include <cstdio>
#include <string>
#include <weft/weft.hpp>

using namespace std::chrono_literals;

// async def: the body does not run until the co_task is awaited or spawned.
weft::co_task<int> download(std::string name, std::chrono::milliseconds takes) {
  std::printf("%s: begins\n", name.c_str());
  co_await weft::sleep(takes);
  std::printf("%s: done\n", name.c_str());
  co_return static_cast<int>(name.size());
}

// A co_task that is awaited directly is a piece of this one: the two downloads run one after the other.
weft::co_task<int> one_by_one() {
  const int a = co_await download("apple", 20ms);
  const int b = co_await download("fig", 10ms);
  co_return a + b;
}

// Spawned co_tasks are coroutines of their own, without stacks, and run at the same time.
weft::co_task<int> at_once() {
  const weft::task<int> a = weft::spawn("apple", download("apple", 40ms));
  const weft::task<int> b = weft::spawn("fig", download("fig", 20ms));
  const int sum = co_await a + co_await b;
  co_return sum;
}

// An ordinary function, deep in some call: it needs no keyword to wait.
int count_words() {
  weft::sleep_for(10ms);
  std::puts("counted, on a stack");
  return 3;
}

weft::co_task<> patient() {
  try {
    co_await weft::sleep(1h);
  } catch (const weft::cancelled&) {
    std::puts("patient: cancelled");
    throw;
  }
}

int main() {
  const int result = weft::run([]() -> weft::co_task<int> {
    std::puts("-- one by one");
    int sum = co_await one_by_one();

    std::puts("-- at once");
    sum += co_await at_once();

    std::puts("-- with a stack, and without");
    const weft::task<int> words = weft::spawn("words", count_words);
    sum += co_await words;
    sum += co_await weft::spawn("mixed", [] { return weft::await(one_by_one()) + count_words(); });

    std::puts("-- a time limit");
    const weft::task<> hopeless = weft::spawn("patient", patient());
    bool late = false;
    try {
      const weft::timeout_scope limit(10ms);
      co_await hopeless;
    } catch (const weft::timeout_error&) {
      late = true;
    }
    if (late) hopeless.cancel();
    co_await weft::yielded();
    co_return sum;
  });
  std::printf("%d\n", result);
}
