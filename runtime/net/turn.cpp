#include "weft/detail/turn.hpp"

#include "trace/states.hpp"

namespace weft::detail {

turn::line::line(std::string_view name) : whose(diary::object_kind::other, name) {}

bool turn::wait(diary::wait_reason reason, std::int64_t limit_ns, std::string_view name) {
  if (!line_) line_ = std::make_unique<line>(name);
  line_->whose.lock.lock();
  waiter me;
  line_->waiting.push_back(me);
  switch (suspend(line_->whose, me, reason, limit_ns)) {
    case wait_outcome::granted:
      return true;  // taken_ has stayed set
    case wait_outcome::timed_out:
      return false;
    case wait_outcome::interrupted:
      break;
  }
  if (me.granted) give();
  throw_interruption();
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
