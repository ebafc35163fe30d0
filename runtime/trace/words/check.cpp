#include "trace/words/check.hpp"

#include <cstdlib>
#include <exception>
#include <string>
#include <string_view>

#include "trace/words/say.hpp"

namespace weft::diary {

void check_failed(const char* condition, const char* file, int line,
                  std::initializer_list<checked_value> values) noexcept {
  try {
    std::string_view path = file;
    // As it is called in the tree, wherever that was built.
    if (const std::size_t tree = path.rfind("/runtime/"); tree != std::string_view::npos) path.remove_prefix(tree + 1);
    std::string text =
        "internal error in " + std::string(path) + ":" + std::to_string(line) + ": " + condition + " does not hold";
    const char* before = " (";
    for (const checked_value& v : values) {
      text += before + std::string(v.name) + " = " + std::to_string(v.value);
      before = ", ";
    }
    if (values.size() > 0) text += ")";
    say(text);
  } catch (const std::exception&) {
    say("internal error");
  }
  std::abort();
}

}  // namespace weft::diary
