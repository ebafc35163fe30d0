// The received signals and the waiters of one signal_set.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string_view>
#include <vector>

#include "weft/detail/core/suspension.hpp"
#include "weft/detail/sync/wait_line.hpp"

namespace weft::detail {

class signal_state {
 public:
  signal_state(std::vector<int> signals, std::string_view name);

  const std::vector<int>& signals() const noexcept { return signals_; }
  bool has(int signal) const noexcept;
  // Callable from any thread.
  void receive(int signal) noexcept;
  std::optional<int> wait(time_limit limit);

 private:
  static constexpr std::size_t most_kept = 1024;

  const std::vector<int> signals_;
  object object_;
  // Guarded by object_.lock.
  wait_line waiters_;         // waiter::handed: int* for the signal
  std::deque<int> received_;  // signals without a waiter; empty while a coroutine waits
};

}  // namespace weft::detail
