// A plugin that uses weft: in its caller's coroutine, and in a run of its own.
#include <chrono>
#include <exception>
#include <string>
#include <thread>
#include <weft/weft.hpp>

namespace {

std::string text;

template <class F>
const char* attempt(F f) {
  try {
    text = f();
  } catch (const std::exception& e) {
    text = e.what();
  }
  return text.c_str();
}

}  // namespace

extern "C" const char* spawn_in_your_coroutine() {
  return attempt([] {
    return weft::spawn("from the plugin",
                       [] {
                         weft::yield();
                         return std::string("ran");
                       })
        .get();
  });
}

extern "C" const char* wait_in_your_coroutine() {
  return attempt([] {
    weft::sleep_for(std::chrono::milliseconds(1));
    return std::string("ran");
  });
}

extern "C" const char* run_on_a_thread_of_my_own() {
  return attempt([] {
    std::string said;
    std::thread([&said] {
      said = weft::run([] { return weft::spawn([] { return std::string("ran"); }).get(); });
    }).join();
    return said;
  });
}

extern "C" const char* run_on_your_thread() {
  return attempt([] { return weft::run([] { return weft::spawn([] { return std::string("ran"); }).get(); }); });
}
