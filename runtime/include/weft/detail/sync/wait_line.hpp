// A wait_list that may be destroyed while coroutines wait in it. That is common: main's locals go before run() cancels
// the coroutines that are left over and wait for them. Their waits are cut off from the object then, and can end in a
// cancellation or a time limit, which touch it no more.
#pragma once

#include "weft/detail/core/suspension.hpp"

namespace weft::detail {

class wait_line : public wait_list {
 public:
  wait_line() = default;
  // On the thread whose coroutines wait in it.
  ~wait_line();
};

}  // namespace weft::detail
