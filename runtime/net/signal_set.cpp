#include "weft/signal_set.hpp"

#include <signal.h>

#include <algorithm>
#include <cstring>
#include <mutex>
#include <new>
#include <stdexcept>
#include <string>
#include <utility>

#include "core/outside.hpp"
#include "net/signal_dispatch.hpp"
#include "net/signal_state.hpp"
#include "trace/words/states.hpp"

namespace weft {

namespace detail {

signal_state::signal_state(std::vector<int> signals, std::string_view name)
    : signals_(std::move(signals)), object_(diary::object_kind::other, name) {}

bool signal_state::has(int signal) const noexcept {
  return std::find(signals_.begin(), signals_.end(), signal) != signals_.end();
}

void signal_state::receive(int signal) noexcept {
  const std::lock_guard guard(object_.lock);
  if (waiter* const w = waiters_.pop_front()) {
    *static_cast<int*>(w->handed) = signal;
    wake(object_, *w);
    return;
  }
  try {
    if (received_.size() < most_kept) received_.push_back(signal);
  } catch (const std::bad_alloc&) {
  }
}

std::optional<int> signal_state::wait(detail::time_limit limit) {
  look_after_signals();
  int signal = 0;
  object_.lock.lock();
  if (!received_.empty()) {
    signal = received_.front();
    received_.pop_front();
    object_.lock.unlock();
    return signal;
  }
  if (limit.is_zero()) {
    object_.lock.unlock();
    return std::nullopt;
  }
  const core::outside_work hope;  // a signal can arrive at any time
  waiter w;
  w.handed = &signal;
  waiters_.push_back(w);
  // Given back, the signal goes to the next waiter, or stays the oldest received one.
  const bool received = wait_in_line(object_, w, diary::wait_reason::signal, limit, [&] {
    const std::lock_guard guard(object_.lock);
    if (waiter* const next = waiters_.pop_front()) {
      *static_cast<int*>(next->handed) = signal;
      wake(object_, *next);
    } else {
      received_.push_front(signal);
    }
  });
  return received ? std::optional(signal) : std::nullopt;
}

namespace {

std::vector<int> checked(std::initializer_list<int> signals) {
  std::vector<int> all(signals);
  if (all.empty()) throw std::invalid_argument("a signal_set without signals");
  for (const int n : all) {
    if (n == SIGSEGV || n == SIGBUS || n == SIGFPE || n == SIGILL || n == SIGTRAP) {
      throw std::invalid_argument("signal " + std::to_string(n) +
                                  " reports a fault of the program: nobody can wait for it");
    }
  }
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  return all;
}

std::string name_of(const std::vector<int>& signals) {
  std::string name;
  for (const int n : signals) {
    if (!name.empty()) name += ", ";
    const char* const text = ::strsignal(n);
    name += text != nullptr ? text : std::to_string(n);
  }
  return name;
}

}  // namespace

}  // namespace detail

signal_set::signal_set(std::initializer_list<int> signals) {
  std::vector<int> all = detail::checked(signals);
  const std::string name = detail::name_of(all);
  state_ = std::make_unique<detail::signal_state>(std::move(all), name);
  detail::register_signals(*state_);
}

signal_set::~signal_set() { detail::unregister_signals(*state_); }

std::optional<int> signal_set::wait_limited(detail::time_limit limit) { return state_->wait(limit); }

}  // namespace weft
