#include "weft/detail/wait_line.hpp"

#include "core/coroutine.hpp"

namespace weft::detail {

wait_line::~wait_line() {
  while (waiter* const w = pop_front()) {
    if (w->coroutine == nullptr) continue;
    w->tag = object_gone;
    w->coroutine->waiting = nullptr;
    w->coroutine->object = nullptr;
  }
}

}  // namespace weft::detail
