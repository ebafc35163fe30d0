#include "core/blocked_report.hpp"

#include <string_view>

#include "trace/words/diary_event.hpp"
#include "trace/words/states.hpp"

namespace weft::core {

using diary::coroutine_status;

std::string blocked_report(const live_list& live) {
  std::string report;
  for (const coroutine* c = live.oldest(); c != nullptr; c = c->younger) {
    if (c->status != coroutine_status::blocked || c->work == nullptr) continue;
    report += "  #" + std::to_string(c->id) + " " + diary::sanitised(c->work->name()) + ": " +
              std::string(diary::to_text(c->reason));
    if (c->object != nullptr) {
      report += " on " + std::string(diary::to_text(c->object->kind()));
      if (!c->object->name().empty()) report += " \"" + diary::sanitised(c->object->name()) + "\"";
      if (const std::uint64_t owner = c->object->owner.load(std::memory_order_relaxed); owner != 0) {
        const coroutine* o = live.find(owner);
        report += ", owned by #" + std::to_string(owner);
        report +=
            o != nullptr && o->work != nullptr ? " " + diary::sanitised(o->work->name()) : std::string(" (ended)");
      }
    } else if (c->fd >= 0) {
      report += " fd " + std::to_string(c->fd);
    }
    report += '\n';
  }
  if (!report.empty()) report.pop_back();
  return report;
}

}  // namespace weft::core
