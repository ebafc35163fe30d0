// A coroutine computes for 40 ms without giving up the thread, while a heartbeat, a client and its server should run
// every two milliseconds. Then the same work runs in slices with a yield() after each, which delays nothing.
#include <chrono>
#include <string>

#include "cli/programs/demo_support.hpp"
#include "cli/programs/demos.hpp"
#include "weft/weft.hpp"

namespace weft::viz::cli {
namespace {

using namespace std::chrono_literals;

void heartbeat() {
  for (;;) {
    sleep_for(2ms);
    compute_for(20us);
  }
}

void ask_and_answer(queue<int>& questions, queue<int>& answers) {
  spawn("server", [&] {
    for (;;) {
      const int question = questions.get();
      compute_for(50us);
      answers.put(question + 1);
    }
  });
  for (int n = 0;; ++n) {
    questions.put(n);
    answers.get();
    sleep_for(1500us);
  }
}

}  // namespace

int run_held(double seconds) {
  queue<int> questions("questions"), answers("answers");
  const end_signals signals;
  run({.name = "main"}, [&] {
    spawn("heartbeat", heartbeat);
    spawn("client", [&] { ask_and_answer(questions, answers); });
    spawn("report", [] {
      for (;;) {
        sleep_for(60ms);
        trace::mark("in one piece");
        compute_for(40ms);
        sleep_for(60ms);
        trace::mark("in slices");
        for (int slice = 0; slice < 40; ++slice) {
          compute_for(1ms);
          yield();
        }
      }
    });
    signals.wait_for(seconds);
  });
  return 0;
}

}  // namespace weft::viz::cli
