// Blocks a plain thread that waits for a weft object until it is woken. One per thread.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>

#include "weft/detail/core/time_limit.hpp"

namespace weft::core {

class thread_parker {
 public:
  // Waits until unpark() or until the limit is over; true if it was unparked.
  // An unpark() that came before counts.
  bool park(detail::time_limit limit);
  void unpark() noexcept;

 private:
  std::mutex lock_;
  std::condition_variable changed_;
  bool unparked_ = false;
};

thread_parker& parker_of_this_thread() noexcept;

}  // namespace weft::core
