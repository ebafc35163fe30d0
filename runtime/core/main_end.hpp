// How a run ends, for its main coroutine: main waits until it is the only one left, or gives up on those that can never
// go on.
#pragma once

#include <exception>
#include <utility>

namespace weft::core {

struct coroutine;
class scheduler;

class main_end {
 public:
  // Suspends main, which runs, until it is the only one left. Throws its interruption.
  void wait_for_others(scheduler& s);
  // Main, while it waits for others; null: it does not.
  coroutine* waiting() const noexcept { return waiting_; }

  // Main ends although others can never go on: run() returns at the next switch to the root.
  void give_up() noexcept { gave_up_ = true; }
  bool gave_up() const noexcept { return gave_up_; }

  // What comes with main's interruption::deadlock.
  void set_deadlock(std::exception_ptr error) noexcept { deadlock_ = std::move(error); }
  std::exception_ptr take_deadlock() noexcept { return std::exchange(deadlock_, nullptr); }

 private:
  coroutine* waiting_ = nullptr;
  bool gave_up_ = false;
  std::exception_ptr deadlock_;
};

}  // namespace weft::core
