// The state that a promise and its futures share. Not for programs.
#pragma once

#include <atomic>
#include <cstdint>
#include <exception>
#include <string>
#include <string_view>
#include <utility>

#include "weft/detail/async/completion.hpp"

namespace weft::detail {

class future_state : public completion {
 public:
  future_state(std::string_view name, bool holds_nothing);

  bool wait(time_limit limit);  // false: not in time
  // False: it has ended. Else its waiters go on with task_cancelled.
  bool cancel() noexcept;
  bool set_exception(std::exception_ptr error);  // false: it has ended
  void break_promise() noexcept;

  std::string_view name() const noexcept { return object_.name(); }
  std::string who() const override;

  // std::future_error, out of line because <future> is a large header.
  [[noreturn]] static void throw_satisfied();
  [[noreturn]] static void throw_no_state();

 protected:
  // Exactly one of those who want to end it wins.
  bool claim() noexcept { return !claimed_.exchange(true, std::memory_order_acq_rel); }
  void give_claim_back() noexcept { claimed_.store(false, std::memory_order_release); }
  // After claim().
  void end(task_status how) noexcept;

 private:
  std::atomic<bool> claimed_{false};
};

template <class T>
class future_value final : public with_value<future_state, T> {
 public:
  using with_value<future_state, T>::with_value;

  // False, and the value was not moved from: it has ended. If making the value throws, it is as before.
  template <class... V>
  bool set_value(V&&... value) {
    if (!this->claim()) return false;
    if constexpr (sizeof...(V) != 0) {
      try {
        this->value_.emplace(std::forward<V>(value)...);
      } catch (...) {
        this->give_claim_back();
        throw;
      }
    }
    this->end(task_status::done);
    return true;
  }
};

}  // namespace weft::detail
