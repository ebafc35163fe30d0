// Coroutines that use one direction of a stream at the same time take turns, first come first served: what one of them
// reads or writes is in one piece. Not a lock for programs: all its users are coroutines of one thread.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>

#include "weft/detail/wait.hpp"

namespace weft::detail {

class turn {
 public:
  turn() = default;
  // A stream is moved only while nobody uses it: the new one starts free.
  turn(turn&&) noexcept {}
  turn& operator=(turn&&) noexcept { return *this; }

  // Suspends until it is the caller's turn; false: the time ran out. Free: at once. `name` is whose turn it is about.
  bool take(diary::wait_reason reason, std::int64_t limit_ns, std::string_view name) {
    if (!taken_) return taken_ = true;
    return limit_ns > 0 && wait(reason, limit_ns, name);
  }
  // The next in line goes on. Does not suspend.
  void give() noexcept;

 private:
  struct line {
    explicit line(std::string_view name);
    object whose;
    wait_list waiting;
  };
  bool wait(diary::wait_reason reason, std::int64_t limit_ns, std::string_view name);

  bool taken_ = false;
  std::unique_ptr<line> line_;  // of those who wait; made by the first one who has to
};

}  // namespace weft::detail
