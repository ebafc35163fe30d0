// A trace of some hundred thousand events of all kinds, with checkpoints, recorded by a real program once for all tests
// of a test program. With small limits it is a huge trace.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "model/trace_model.hpp"
#include "support/recorded.hpp"
#include "weft/mutex.hpp"
#include "weft/queue.hpp"
#include "weft/run.hpp"
#include "weft/task.hpp"
#include "weft/this_coroutine.hpp"
#include "weft/trace.hpp"

namespace weft::viz::tests {

inline void busy_program(int rounds) {
  using namespace std::chrono_literals;
  run([rounds] {
    mutex ledger;
    std::vector<std::unique_ptr<queue<int>>> queues;
    std::vector<task<>> all;
    for (int p = 0; p < 20; ++p) {
      queue<int>& q = *queues.emplace_back(std::make_unique<queue<int>>(4));
      all.push_back(spawn("producer " + std::to_string(p), [&q, &ledger, p, rounds] {
        for (int i = 0; i < rounds; ++i) {
          q.put(1);
          if (i % 8 == 0) {
            const std::lock_guard guard(ledger);
            yield();
          }
          if (i % 64 == p) spawn("short", [] { yield(); }).join();
          if (p == 7 && i == rounds / 2) {
            const auto end = std::chrono::steady_clock::now() + 12ms;
            while (std::chrono::steady_clock::now() < end) {
            }
          }
        }
      }));
      all.push_back(spawn("consumer " + std::to_string(p), [&q, rounds] {
        for (int i = 0; i < rounds; ++i) {
          q.get();
          if (i % 128 == 5) sleep_for(200us);
          yield();
        }
      }));
    }
    for (const task<>& t : all) t.join();
  });
}

inline std::string recorded_busy_program(const support::temporary_trace& file, int rounds) {
  trace::start({.path = file.path()});
  busy_program(rounds);
  trace::stop();
  return file.path();
}

// The file, and its exact model.
struct busy_trace {
  support::temporary_trace file;
  std::string path = recorded_busy_program(file, 3000);
  trace_model exact{diary::history(diary::reader::open(path))};

  static const busy_trace& get() {
    static const busy_trace one;
    return one;
  }
  diary::history untold() const {
    return diary::history(diary::reader::open(path, diary::reader::trust::sealed_chunks), diary::history::effort::told);
  }
  std::unique_ptr<trace_model> huge(const model_limits& limits) const {
    auto model = std::make_unique<trace_model>(untold(), limits);
    model->finish_work();
    return model;
  }
};

}  // namespace weft::viz::tests
