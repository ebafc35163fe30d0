// Coroutines that use one direction of a stream at the same time get turns in order of arrival, so the bytes of each
// operation stay together. Not a lock for programs: all users are coroutines of one thread.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>

#include "weft/detail/core/suspension.hpp"
#include "weft/detail/net/io_operation.hpp"

namespace weft::detail {

class turn {
 public:
  turn() = default;
  // A turn belongs to its stream: a moved stream gets a free one.
  turn(turn&&) noexcept {}
  turn& operator=(turn&&) noexcept { return *this; }

  // Suspends until it is op's turn; false: the time limit has passed. Returns at once if the turn is free. `name`: the
  // stream's name. Throws the error with which `op` was cut off; the turn may not exist any more then.
  bool take(io_operation& op, diary::wait_reason reason, time_limit limit, std::string_view name) {
    if (!taken_) return taken_ = true;
    return !limit.is_zero() && wait(op, reason, limit, name);
  }
  // Gives the turn to the next waiter. Does not suspend.
  void give() noexcept;

  // Both are for the moment when the stream's handle loses its fd, and all operations that have or await a turn are cut
  // off.
  // - Wakes a waiting operation.
  void dismiss(waiter& w) noexcept;
  // - Makes the turn free for later operations.
  void free() noexcept { taken_ = false; }

 private:
  struct line {
    explicit line(std::string_view name);
    object whose;
    wait_list waiting;
  };
  bool wait(io_operation& op, diary::wait_reason reason, time_limit limit, std::string_view name);

  bool taken_ = false;
  std::unique_ptr<line> line_;  // the waiting operations; made by the first that waits
};

}  // namespace weft::detail
