#include "weft/detail/net/turn.hpp"

#include <mutex>

#include "trace/words/states.hpp"

namespace weft::detail {

turn::line::line(std::string_view name) : whose(diary::object_kind::other, name) {}

bool turn::wait(io_operation& op, diary::wait_reason reason, time_limit limit, std::string_view name) {
  if (!line_) line_ = std::make_unique<line>(name);
  line_->whose.lock.lock();
  waiter me;
  line_->waiting.push_back(me);
  wait_outcome outcome = wait_outcome::granted;
  {
    const io_operation::wait waits(op, this, &me);
    outcome = suspend(line_->whose, me, reason, limit);
  }
  const bool granted = end_of_wait(me, outcome, [&] {
    if (!op.is_cut_off()) give();
  });
  if (op.is_cut_off()) op.throw_cut_off();
  return granted;  // then taken_ has stayed set
}

void turn::dismiss(waiter& w) noexcept {
  const std::lock_guard guard(line_->whose.lock);
  if (w.list == nullptr) return;  // woken already
  w.list->remove(w);
  wake(line_->whose, w);
}

void turn::give() noexcept {
  waiter* next = nullptr;
  if (line_) {
    line_->whose.lock.lock();
    next = line_->waiting.pop_front();
    if (next != nullptr) wake(line_->whose, *next);
    line_->whose.lock.unlock();
  }
  taken_ = next != nullptr;
}

}  // namespace weft::detail
