// Blocks a plain thread that waits for a weft object until it is woken. One per thread.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>

namespace weft::core {

class thread_parker {
 public:
  // Waits until unpark() or until limit_ns have passed (negative: without end); true if it was unparked.
  // An unpark() that came before counts.
  bool park(std::int64_t limit_ns);
  void unpark() noexcept;

 private:
  std::mutex lock_;
  std::condition_variable changed_;
  bool unparked_ = false;
};

thread_parker& parker_of_this_thread() noexcept;

}  // namespace weft::core
