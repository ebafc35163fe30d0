// The printable form of a name that another program or a file chose.
#include <cstdio>

#include "trace/words/diary_event.hpp"
#include "trace/words/utf8.hpp"

namespace weft::diary {

std::string sanitised(std::string_view raw) {
  std::string shown;
  shown.reserve(raw.size());
  while (!raw.empty()) {
    const utf8_step step = next_code_point(raw);
    if (!step.valid) {
      shown += "\xef\xbf\xbd";
    } else if (step.code_point == '\t' || step.code_point == '\n' || step.code_point == '\r' ||
               step.code_point == 0x2028 || step.code_point == 0x2029) {
      shown += ' ';
    } else if (is_control(step.code_point)) {
      char escape[16];
      std::snprintf(escape, sizeof escape, step.code_point < 0x100 ? "\\x%02x" : "\\u%04x",
                    static_cast<unsigned>(step.code_point));
      shown += escape;
    } else {
      shown += raw.substr(0, step.length);
    }
    raw.remove_prefix(step.length);
  }
  return shown;
}

}  // namespace weft::diary
