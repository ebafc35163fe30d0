#include "weft/detail/sync/wait_line.hpp"

#include "core/coroutine.hpp"

namespace weft::detail {

wait_line::~wait_line() {
  while (waiter* const w = pop_front()) {
    w->object_gone = true;
    if (w->coroutine == nullptr || w->part_of != nullptr) continue;
    w->coroutine->waiting = nullptr;
    w->coroutine->object = nullptr;
  }
}

}  // namespace weft::detail
