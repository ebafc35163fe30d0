// A progress line on the terminal for long work: appears after one second, only if errors go to a terminal, and is
// removed at the end.
#pragma once

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

#include "cli/output/console.hpp"

namespace weft::viz::cli {

class progress {
 public:
  // `what`: for example "reading app.weft". While this object lives nothing else may write to io.err.
  progress(std::string what, console& io);
  ~progress();
  progress(const progress&) = delete;
  progress& operator=(const progress&) = delete;

  // Sets how much is done: `part` of `whole`.
  void set(std::uint64_t part, std::uint64_t whole) {
    per_mille_.store(whole == 0 ? 0 : static_cast<int>(part * 1000 / whole), std::memory_order_relaxed);
  }

 private:
  void show();

  const std::string what_;
  console& io_;
  std::atomic<int> per_mille_{-1};  // -1: unknown
  std::mutex mutex_;
  std::condition_variable ended_condition_;
  bool has_ended_ = false;
  std::thread thread_;  // only for a terminal
};

}  // namespace weft::viz::cli
