// Futures and tasks: their states, their callbacks, and the ways to get results. asyncio's Future and Task.
#include <chrono>
#include <cstdio>
#include <string>
#include <vector>
#include <weft/weft.hpp>

using namespace std::chrono_literals;

namespace {

const char* text(weft::task_status s) {
  switch (s) {
    case weft::task_status::pending:
      return "pending";
    case weft::task_status::running:
      return "running";
    case weft::task_status::done:
      return "done";
    case weft::task_status::failed:
      return "failed";
    case weft::task_status::cancelled:
      return "cancelled";
  }
  return "?";
}

std::string fetch(int page) {
  weft::sleep_for(page * 20ms);
  return "page " + std::to_string(page);
}

weft::task<std::string> start(int page) {
  return weft::spawn("fetch " + std::to_string(page), [page] { return fetch(page); });
}

void states() {
  std::puts("the states of a task:");
  const auto task = start(1);
  std::printf("  %s\n", text(task.status()));
  weft::yield();
  std::printf("  %s\n", text(task.status()));
  task.join();
  std::printf("  %s\n", text(task.status()));
  const auto unwanted = start(1);
  unwanted.kill();
  std::printf("  %s\n", text(unwanted.status()));

  std::puts("the states of a future:");
  weft::promise<int> promise;
  const weft::future<int> future = promise.get_future();
  std::printf("  %s\n", text(future.status()));
  promise.set_value(42);
  std::printf("  %s, %d\n", text(future.status()), future.get());
  weft::promise<int> nobody_wants;
  nobody_wants.get_future().cancel();
  std::printf("  %s\n", text(nobody_wants.get_future().status()));
}

void callbacks() {
  std::puts("callbacks, in order of addition:");
  const auto task = start(1);
  task.on_done([](const weft::task<std::string>& t) { std::printf("  first: %s\n", t.get().c_str()); });
  task.on_done([] { std::puts("  second"); });
  const auto removed = task.on_done([] { std::puts("  never"); });
  task.remove_callback(removed);
  task.join();
}

void three_ways() {
  std::puts("three ways to a result:");
  std::printf("  get: %s\n", start(1).get().c_str());

  std::string result;
  const auto task = start(2);
  task.on_done([&result](const weft::task<std::string>& t) { result = t.get(); });
  task.join();
  std::printf("  callback: %s\n", result.c_str());

  weft::promise<std::string> promise;
  weft::spawn("worker", [&promise] { promise.set_value(fetch(3)); });
  std::printf("  future: %s\n", promise.get_future().get().c_str());
}

void several() {
  std::puts("gather, in the order given:");
  for (const std::string& page : weft::gather(std::vector{start(3), start(1), start(2)}))
    std::printf("  %s\n", page.c_str());

  std::puts("wait for the first:");
  const auto first = weft::wait(std::vector{start(30), start(1), start(20)}, weft::wait_for_what::first_completed);
  std::printf("  %s, %zu are pending\n", first.done.front().get().c_str(), first.pending.size());

  std::puts("as they are completed:");
  for (const auto& task : weft::as_completed(std::vector{start(3), start(1), start(2)}))
    std::printf("  %s\n", task.get().c_str());
}

}  // namespace

int main() {
  weft::run([] {
    states();
    callbacks();
    three_ways();
    several();
  });
}
