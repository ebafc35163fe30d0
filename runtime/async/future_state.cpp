#include "weft/detail/async/future_state.hpp"

#include <future>

#include "sync/misuse.hpp"
#include "trace/words/states.hpp"
#include "weft/errors.hpp"

namespace weft::detail {

future_state::future_state(std::string_view name, bool holds_nothing)
    : completion(diary::object_kind::future, name, holds_nothing) {}

bool future_state::wait(time_limit limit) { return await_end(diary::wait_reason::future, limit); }

void future_state::end(task_status how) noexcept {
  retain(this);  // a callback may drop the promise or future through which this is called
  settle(how);
  release(this);
}

bool future_state::cancel() noexcept {
  if (!claim()) return false;
  end(task_status::cancelled);
  return true;
}

bool future_state::set_exception(std::exception_ptr error) {
  if (error == nullptr) throw std::invalid_argument("set_exception: " + who() + " cannot fail with a null exception");
  if (!claim()) return false;
  task_status how = task_status::failed;
  try {
    std::rethrow_exception(error);
  } catch (const cancelled&) {
    how = task_status::cancelled;  // as for a task whose body throws it
  } catch (...) {
    error_ = std::move(error);
  }
  end(how);
  return true;
}

void future_state::break_promise() noexcept {
  if (!claim()) return;
  error_ = std::make_exception_ptr(std::future_error(std::future_errc::broken_promise));
  mark_read();  // a dropped promise is an error only for those who read the future
  end(task_status::failed);
}

std::string future_state::who() const { return described(object_); }

void future_state::throw_satisfied() { throw std::future_error(std::future_errc::promise_already_satisfied); }
void future_state::throw_no_state() { throw std::future_error(std::future_errc::no_state); }

}  // namespace weft::detail
