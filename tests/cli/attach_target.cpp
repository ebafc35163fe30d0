// A program to which tests attach. It never asks for a trace. Runs until it is killed, or for a minute.
//   attach_target WHAT
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <string_view>
#include <thread>

#include "weft/weft.hpp"

using namespace std::chrono_literals;

namespace {

const auto end = std::chrono::steady_clock::now() + 60s;
bool goes_on() { return std::chrono::steady_clock::now() < end; }

void work(std::chrono::microseconds time) {
  for (const auto until = std::chrono::steady_clock::now() + time; std::chrono::steady_clock::now() < until;) {
  }
}

// Two coroutines that only switch to each other: the poller is never asked.
void yield_for_ever() {
  const auto loop = [] {
    while (goes_on()) weft::yield();
  };
  const weft::task<> ping = weft::spawn("ping", loop), pong = weft::spawn("pong", loop);
  ping.join();
  pong.join();
}

void sleep_often() {
  const weft::task<> sleeper = weft::spawn("sleeper", [] {
    while (goes_on()) weft::sleep_for(1ms);
  });
  weft::event never("never");
  const weft::task<> waiter = weft::spawn("waiter", [&] { never.wait(); });
  sleeper.join();
}

// Each run of a coroutine takes some time.
void yield_slowly() {
  const auto loop = [] {
    while (goes_on()) {
      work(2ms);
      weft::yield();
    }
  };
  const weft::task<> ping = weft::spawn("ping", loop), pong = weft::spawn("pong", loop);
  ping.join();
  pong.join();
}

void hold_the_thread() {
  work(3s);
  sleep_often();
}

void record_itself() {
  while (access(std::getenv("GO"), F_OK) != 0) weft::sleep_for(1ms);
  weft::trace::start({.path = std::getenv("OWN_TRACE")});
  sleep_often();
}

}  // namespace

int main(int argc, char** argv) {
  const std::string_view what = argc > 1 ? argv[1] : "";
  if (what == "yield") weft::run(yield_for_ever);
  if (what == "yield-slowly") weft::run(yield_slowly);
  if (what == "sleep") weft::run(sleep_often);
  if (what == "sleep-long") weft::run([] { weft::sleep_for(60s); });
  if (what == "hold") weft::run(hold_the_thread);
  if (what == "record-itself") weft::run(record_itself);
  if (what == "end-soon") weft::run([] { weft::sleep_for(2s); });
  if (what == "deadlock-soon") {
    try {
      weft::run([] {
        weft::sleep_for(2s);
        weft::event never;
        never.wait();
      });
    } catch (const weft::deadlock_error&) {
      return 7;
    }
  }
  if (what == "two-threads") {
    std::thread other([] { weft::run(yield_for_ever); });
    weft::run(sleep_often);
    other.join();
  }
  if (what == "fork") {
    weft::run([] { weft::sleep_for(1ms); });  // the parent has its socket before the fork
    const pid_t child = fork();
    weft::run(sleep_often);
    if (child > 0) waitpid(child, nullptr, 0);
  }
  return 0;
}
