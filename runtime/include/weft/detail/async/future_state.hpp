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

  bool wait(time_limit limit);  // false: the time ran out
  // Wakes the waiters with task_cancelled. Returns false if it has ended already.
  bool cancel() noexcept;
  bool set_exception(std::exception_ptr error);  // false: it has ended already
  void break_promise() noexcept;

  std::string_view name() const noexcept { return object_.name(); }
  std::string who() const override;

  // std::future_error; defined out of line because <future> is a large header.
  [[noreturn]] static void throw_satisfied();
  [[noreturn]] static void throw_no_state();

 protected:
  // Returns true to exactly one of the callers that want to end it.
  bool claim() noexcept { return !claimed_.exchange(true, std::memory_order_acq_rel); }
  void give_claim_back() noexcept { claimed_.store(false, std::memory_order_release); }
  // Call after claim().
  void end(task_status how) noexcept;

 private:
  std::atomic<bool> claimed_{false};
};

template <class T>
class future_value final : public with_value<future_state, T> {
 public:
  using with_value<future_state, T>::with_value;

  // Returns false, without moving from the value, if it has ended. If the constructor of the value throws, nothing has
  // changed.
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
