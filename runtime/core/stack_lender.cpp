#include "core/stack_lender.hpp"

#include <exception>
#include <new>

#include "core/context.hpp"

namespace weft::core {

stack_lender::stack_lender(std::size_t default_size, void (*entry)(void*)) : pool_(default_size), entry_(entry) {
  pool_.will_be_aged();
  reserve_ = &pool_.take();
}

coroutine* stack_lender::with_stack(coroutine* c, ready_queue& ready) {
  for (std::size_t refused = 0;;) {
    if (c == nullptr || c->resume != resume_kind::start) return c;
    if (lend(*c)) {
      c->resume = resume_kind::plain;
      return c;
    }
    // Its turn comes when the one that fails on the reserve has ended.
    ready.push_back(c);
    if (++refused == ready.size()) return nullptr;
    c = ready.pop();
  }
}

bool stack_lender::lend(coroutine& c) noexcept {
  try {
    if (c.memory == nullptr) c.memory = &pool_.take();
  } catch (const std::bad_alloc&) {
    if (reserve_lent_) return false;
    reserve_lent_ = true;
    c.memory = reserve_;
    c.pending = c.pending | interruption::error;
    c.pending_error = std::make_exception_ptr(std::bad_alloc());
    c.shields = 0;
  }
  c.sp = make_context(c.memory->top, entry_, &c, c.control);
  c.annotation.create(c.memory->base, c.memory->size);
  return true;
}

}  // namespace weft::core
