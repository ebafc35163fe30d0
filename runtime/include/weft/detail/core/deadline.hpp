// A time limit that several waits in a row share.
#pragma once

#include "weft/detail/core/time_limit.hpp"

namespace weft::detail {

class deadline {
 public:
  // A duration counts from now on. `forever` and 0 stay what they are and read no clock.
  explicit deadline(time_limit limit);
  // What is left for the next wait; 0: it has passed.
  time_limit left() const;

 private:
  time_limit limit_;
};

}  // namespace weft::detail
