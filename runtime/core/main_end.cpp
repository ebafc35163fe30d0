#include "core/main_end.hpp"

#include "core/scheduler.hpp"

namespace weft::core {

void main_end::wait_for_others(scheduler& s) {
  detail::object others{diary::object_kind::other, "left-over coroutines"};
  detail::wait_list list;
  coroutine& me = *s.running();
  struct shield {  // main has ended: cancelling it now means nothing
    coroutine& of;
    ~shield() { --of.shields; }
  };
  detail::wait_outcome outcome = detail::wait_outcome::granted;
  {
    ++me.shields;
    const shield while_it_waits{me};
    while (s.live() > 1 && outcome != detail::wait_outcome::interrupted) {
      detail::waiter w;
      others.lock.lock();
      list.push_back(w);
      waiting_ = &me;
      outcome = s.wait(others, w, diary::wait_reason::main_end, detail::forever);
      waiting_ = nullptr;
    }
  }
  detail::end_of_wait(outcome);
}

}  // namespace weft::core
