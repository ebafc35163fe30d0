// What a huge trace costs the window: the first picture, its memory, frames at every zoom, steps. A program for people,
// not a test: the figures depend on the machine.
//
//   weft_window_figures record FILE EVENTS COROUTINES   makes a trace of all kinds of waits
//   weft_window_figures FILE                            measures with it
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "weft/queue.hpp"
#include "weft/run.hpp"
#include "weft/task.hpp"
#include "weft/this_coroutine.hpp"
#include "weft/trace.hpp"

namespace {

void hold_the_thread(std::chrono::milliseconds length) {
  const auto end = std::chrono::steady_clock::now() + length;
  while (std::chrono::steady_clock::now() < end) {
  }
}

// Pairs that hand items over, yield and sometimes sleep; one of them now and then holds the thread too long.
void record(const std::string& path, std::uint64_t events, std::uint64_t coroutines) {
  using namespace std::chrono_literals;
  weft::trace::start({.path = path});
  weft::run([&] {
    const std::uint64_t pairs = coroutines / 2;
    const std::uint64_t rounds = events / pairs / 6;  // a round is about so many events
    std::vector<std::unique_ptr<weft::queue<int>>> queues;
    std::vector<weft::task<>> all;
    for (std::uint64_t p = 0; p < pairs; ++p) {
      weft::queue<int>& q = *queues.emplace_back(std::make_unique<weft::queue<int>>(4));
      all.push_back(weft::spawn("producer " + std::to_string(p), [&q, p, rounds] {
        for (std::uint64_t i = 0; i < rounds; ++i) {
          q.put(1);
          weft::yield();
          weft::yield();
          if (p == 3 && i % (rounds / 5 + 1) == rounds / 10) hold_the_thread(15ms);
          if (i % 512 == p % 512) weft::sleep_for(2ms);
        }
      }));
      all.push_back(weft::spawn("consumer " + std::to_string(p), [&q, rounds] {
        for (std::uint64_t i = 0; i < rounds; ++i) {
          q.get();
          weft::yield();
          weft::yield();
        }
      }));
    }
    for (const weft::task<>& t : all) t.join();
  });
  weft::trace::stop();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 5 && std::strcmp(argv[1], "record") == 0) {
    record(argv[2], std::stoull(argv[3]), std::stoull(argv[4]));
    return 0;
  }
  std::fprintf(stderr, "usage: weft_window_figures record FILE EVENTS COROUTINES | FILE\n");
  return 2;
}
