#include "trace/words/say.hpp"

#include <cstdio>
#include <new>
#include <string>

#include "trace/words/diary_event.hpp"

namespace weft::diary {

void say(std::initializer_list<std::string_view> parts) noexcept {
  try {
    std::string line;
    for (const std::string_view part : parts) line += part;
    line = "weft: " + sanitised(line) + '\n';
    std::fwrite(line.data(), 1, line.size(), stderr);
  } catch (const std::bad_alloc&) {
  }
}

}  // namespace weft::diary
