// Shared by the tests of greenlets.
#pragma once

#include <cstdint>
#include <exception>
#include <stdexcept>
#include <string>
#include <vector>

#include "weft/greenlet.hpp"

namespace weft::tests {

using strings = std::vector<std::string>;
using numbers = std::vector<int>;

struct says {
  strings& to;
  std::string word;
  ~says() { to.push_back(word); }
};

// Sets this thread's tracer while it lives.
class traced {
 public:
  traced() {
    before_ = weft::set_greenlet_tracer([this](greenlet_event e, std::uint64_t from, std::uint64_t to) {
      events.push_back({e, from, to});
    });
  }
  ~traced() { weft::set_greenlet_tracer(before_); }
  struct event {
    greenlet_event what;
    std::uint64_t from, to;
    bool operator==(const event&) const = default;
  };
  std::vector<event> events;

 private:
  weft::greenlet_tracer before_;
};

inline std::string message_of(auto&& f) {
  try {
    f();
  } catch (const std::exception& e) {
    return e.what();
  }
  return "nothing was thrown";
}

inline std::exception_ptr error(const std::string& what) { return std::make_exception_ptr(std::runtime_error(what)); }

inline greenlet<int> root() { return greenlet<int>::current(); }

// A greenlet suspended in a switch to the root that carried 0, with `on_unwind` on its stack.
inline greenlet<int> suspended(strings& log, const std::string& on_unwind) {
  greenlet<int> g{[&log, on_unwind, main = root()](int) {
    const says at_end{log, on_unwind};
    return main.switch_to(0);
  }};
  g.switch_to(0);
  return g;
}

}  // namespace weft::tests
