// How these tests are written: a program runs on virtual time and tells what happens; the test compares the story.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "support/fake_clock.hpp"
#include "support/fake_poller.hpp"
#include "weft/run.hpp"
#include "weft/task.hpp"
#include "weft/this_coroutine.hpp"

namespace weft::tests {

// Words, separated by blanks.
class story {
 public:
  void operator()(std::string_view word) {
    if (!text_.empty()) text_ += ' ';
    text_ += word;
  }
  void operator()(std::string_view word, auto number) { (*this)(std::string(word) + std::to_string(number)); }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

// A scheduler on virtual time: where it would sleep, the clock advances.
struct virtual_run {
  support::fake_clock clock;
  support::fake_poller poller{clock};

  template <class F>
  auto operator()(F&& main) {
    run_options options;
    options.clock = &clock;
    options.poller = &poller;
    return run(options, std::forward<F>(main));
  }
};

template <class F>
auto run_virtually(F&& main) {
  return virtual_run()(std::forward<F>(main));
}

}  // namespace weft::tests
