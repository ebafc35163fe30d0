#include "core/unhandled.hpp"

#include <cxxabi.h>

#include <cstdlib>
#include <memory>
#include <mutex>
#include <string>
#include <typeinfo>

#include "trace/words/diary_event.hpp"
#include "trace/words/say.hpp"
#include "weft/unhandled.hpp"

namespace weft {

namespace {

std::string type_name(const std::type_info& type) {
  int status = 0;
  const std::unique_ptr<char, decltype(&std::free)> name(abi::__cxa_demangle(type.name(), nullptr, nullptr, &status),
                                                         &std::free);
  return status == 0 ? name.get() : type.name();
}

void write_to_stderr(const std::exception_ptr&, std::string_view line) { diary::say({"unhandled error in ", line}); }

struct handler_slot {
  std::mutex lock;
  std::shared_ptr<const unhandled_handler> handler = std::make_shared<const unhandled_handler>(write_to_stderr);
};

handler_slot& slot() {
  static handler_slot* const the_slot = new handler_slot;  // leaked: errors may be reported after static destructors
  return *the_slot;
}

}  // namespace

unhandled_handler set_unhandled_handler(unhandled_handler handler) {
  auto next =
      std::make_shared<const unhandled_handler>(handler ? std::move(handler) : unhandled_handler(write_to_stderr));
  handler_slot& s = slot();
  const std::lock_guard guard(s.lock);
  s.handler.swap(next);
  return *next;
}

namespace detail {

std::string describe(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const std::exception& e) {
    return type_name(typeid(e)) + ": " + e.what();
  } catch (...) {
    const std::type_info* type = abi::__cxa_current_exception_type();
    return type != nullptr ? type_name(*type) : "an error of unknown type";
  }
}

void report_unhandled(const std::exception_ptr& error, const std::string& who) noexcept {
  try {
    std::shared_ptr<const unhandled_handler> handler;
    {
      handler_slot& s = slot();
      const std::lock_guard guard(s.lock);
      handler = s.handler;
    }
    // Handlers print it, too: one line that no terminal obeys. The error itself is as it was.
    (*handler)(error, diary::sanitised(who + ": " + describe(error)));
  } catch (...) {
    // The handler's own error has nowhere to go.
  }
}

}  // namespace detail
}  // namespace weft
