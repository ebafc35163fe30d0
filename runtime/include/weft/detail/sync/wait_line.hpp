// A wait_list that may be destroyed while coroutines wait in it. That is common: main's locals are destroyed before
// run() cancels the remaining coroutines and waits for them. The destructor detaches their waits from the object; a
// cancellation or a time limit can still end them, without touching the object.
#pragma once

#include "weft/detail/core/suspension.hpp"

namespace weft::detail {

class wait_line : public wait_list {
 public:
  wait_line() = default;
  // Call on the thread whose coroutines wait in the list.
  ~wait_line();
};

}  // namespace weft::detail
