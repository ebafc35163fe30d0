// A time limit that several waits in a row share.
#pragma once

#include "weft/detail/core/time_limit.hpp"

namespace weft::detail {

class deadline {
 public:
  // A duration counts from now. `forever` and 0 stay as they are and read no clock.
  explicit deadline(time_limit limit) : limit_(limit) {
    if (limit.clock == nullptr && limit.ns != 0 && !limit.is_forever()) count_from_now();
  }
  // The limit for the next wait; 0 if the deadline has passed.
  time_limit left() const { return limit_.clock == nullptr ? limit_ : limit_at(limit_.ns, limit_.clock); }

 private:
  void count_from_now();

  time_limit limit_;
};

}  // namespace weft::detail
