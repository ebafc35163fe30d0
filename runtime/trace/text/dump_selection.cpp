#include "trace/text/dump_selection.hpp"

#include "trace/text/text_argument.hpp"

namespace weft::diary {

dump_selection::dump_selection(const history& h, const dump_filter& filter, bool needs_running)
    : history_(h),
      filter_(filter),
      needs_running_(needs_running || filter.coroutine != 0),
      state_(h.source().info().shuffled),
      walk_(h.source().walk(0)) {}

bool dump_selection::is_selected(const event& e) const {
  if (!in_time(e)) return false;
  if (filter_.coroutine == 0) return true;
  if (running(e) == filter_.coroutine) return true;
  for (unsigned i = 0; i < max_args; ++i) {
    const arg_kind kind = kind_of_argument(e.type, i);
    if (kind == arg_kind::coroutine && e.args[i] == filter_.coroutine) return true;
    if (kind == arg_kind::slot && e.args[i] != 0 && history_.id_of_slot(e.args[i], e.n) == filter_.coroutine) {
      return true;
    }
  }
  return false;
}

std::uint64_t dump_selection::running(const event& e) const {
  if (e.thread >= state_.threads().size()) return 0;
  const coroutine_state* c = state_.by_slot(state_.threads()[e.thread].running_slot);
  return c != nullptr ? c->id : 0;
}

void dump_selection::pass(const event& e) {
  if (needs_running_) state_.apply(e);
}

}  // namespace weft::diary
