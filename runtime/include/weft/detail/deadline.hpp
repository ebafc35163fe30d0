// A time limit that several waits in a row share.
#pragma once

#include <cstdint>

namespace weft::detail {

class deadline {
 public:
  // From now on. `forever` and 0 stay what they are and read no clock.
  explicit deadline(std::int64_t limit_ns);
  // 0: it has passed.
  std::int64_t left_ns() const;

 private:
  std::int64_t limit_ns_;
  std::int64_t end_ns_ = 0;  // by the scheduler's clock; outside of a coroutine by the monotonic one
};

}  // namespace weft::detail
