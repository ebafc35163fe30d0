// A task whose function returns a co_task. The task is done when the co_task is. Not for programs.
#pragma once

#include <memory>
#include <string_view>
#include <utility>

#include "weft/detail/async/co_promise.hpp"
#include "weft/detail/async/co_wait.hpp"
#include "weft/detail/async/task_state.hpp"
#include "weft/source_location.hpp"

namespace weft::detail {

template <class F, class T>
class co_task_function final : public task_value<T> {
 public:
  template <class G>
  co_task_function(std::string_view name, const source_location& where, G&& g) : task_value<T>(name, where) {
    std::construct_at(std::addressof(function_), std::forward<G>(g));
  }
  ~co_task_function() override {}

  diary::coroutine_status run(core::coroutine& self) noexcept override { return this->run_stackless(self, driver_); }
  // The frames are not unwound either: what they refer to may be gone, and no wait could end.
  void abandoned() noexcept override {
    co_access::forget(body_);
    task_value<T>::abandoned();
  }

 private:
  // Calls the function. The driver then drives the co_task that it returns.
  void invoke() override {
    body_ = std::move(function_)();
    driver_.top = driver_.next = co_access::frame(body_);
    co_access::promise(body_).driver = &driver_;
  }
  void keep_result() override {
    if constexpr (std::is_void_v<T>) {
      co_access::promise(body_).take();
    } else {
      this->value_.emplace(co_access::promise(body_).take());
    }
  }
  void destroy_function() noexcept override {
    body_ = {};
    std::destroy_at(std::addressof(function_));
  }

  co_driver driver_;
  co_task<T> body_;
  union {
    F function_;  // lives until destroy_function(), as long as the co_task, which may refer to it
  };
};

}  // namespace weft::detail
