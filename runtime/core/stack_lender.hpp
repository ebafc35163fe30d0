// Lends coroutines the stacks that they begin on. One stack is kept in reserve: a coroutine that can get no other
// begins on that, and fails there with std::bad_alloc.
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/coroutine.hpp"
#include "core/ready_queue.hpp"
#include "core/sanitizer.hpp"
#include "core/stack_pool.hpp"

namespace weft::core {

class stack_lender {
 public:
  // `entry`: what a coroutine executes first, with its control block. Throws std::bad_alloc.
  stack_lender(std::size_t default_size, void (*entry)(void*));
  ~stack_lender() { pool_.give(*reserve_); }
  stack_lender(const stack_lender&) = delete;
  stack_lender& operator=(const stack_lender&) = delete;

  // At its spawn. An unusual size is asked for now, so that it can be refused here; the default one (0) is lent when it
  // begins, so that many short coroutines in a row share one warm stack. Throws std::bad_alloc.
  void lend_if_unusual(coroutine& c, std::size_t size) {
    if (size != 0 && size != pool_.default_size()) c.memory = &pool_.take(size);
  }
  // c, which may be null, was taken out of `ready` and goes on now. Returns who does, on a stack: c, or, if none can be
  // had for it, the next one of those that are ready. Null: nobody can.
  coroutine* with_stack(coroutine* c, ready_queue& ready);
  // The last frame on it is gone.
  void take_back(const stack& s) noexcept {
    forget_stack_poison(s.base, s.size);
    if (reserve_lent_ && &s == reserve_) {
      reserve_lent_ = false;
    } else {
      pool_.give(s);
    }
  }

  // Hands memory of stacks that nobody needs any more back to the system; see stack_pool::age().
  bool may_age() const noexcept { return pool_.may_age(); }
  std::int64_t age(std::int64_t now_ns, std::size_t at_most) noexcept { return pool_.age(now_ns, at_most); }
  stack_pool& pool() noexcept { return pool_; }

 private:
  bool lend(coroutine& c) noexcept;

  stack_pool pool_;
  void (*const entry_)(void*);
  const stack* reserve_;
  bool reserve_lent_ = false;
};

}  // namespace weft::core
