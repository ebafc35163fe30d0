// Coroutines that use one direction of a stream at the same time take turns, first come first served: what one of them
// reads or writes is in one piece. Not a lock for programs: all its users are coroutines of one thread.
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
  // Of another stream: it starts free.
  turn(turn&&) noexcept {}
  turn& operator=(turn&&) noexcept { return *this; }

  // Suspends until it is op's turn; false: the time ran out. Free: at once. `name` is whose turn it is about. Throws
  // what `op` is cut off with: then there may be no turn any more.
  bool take(io_operation& op, diary::wait_reason reason, time_limit limit, std::string_view name) {
    if (!taken_) return taken_ = true;
    return !limit.is_zero() && wait(op, reason, limit, name);
  }
  // The next in line goes on. Does not suspend.
  void give() noexcept;

  // The stream is not the one any more that all who have or await the turn were using: each is cut off, and then
  // - whoever stands in line is woken,
  void dismiss(waiter& w) noexcept;
  // - and the turn is free for those who come.
  void free() noexcept { taken_ = false; }

 private:
  struct line {
    explicit line(std::string_view name);
    object whose;
    wait_list waiting;
  };
  bool wait(io_operation& op, diary::wait_reason reason, time_limit limit, std::string_view name);

  bool taken_ = false;
  std::unique_ptr<line> line_;  // of those who wait; made by the first one who has to
};

}  // namespace weft::detail
