// A run on virtual time, with fds that are mere numbers: where the scheduler would sleep, the clock advances.
#pragma once

#include <utility>

#include "support/fake_clock.hpp"
#include "support/fake_poller.hpp"
#include "weft/run.hpp"

namespace weft::support {

struct simulation {
  fake_clock clock;
  fake_poller poller{clock};

  template <class F>
  auto run(F&& program, run_options options = {}) {
    options.clock = &clock;
    options.poller = &poller;
    return weft::run(options, std::forward<F>(program));
  }
};

// For tests that need neither the clock nor the poller.
template <class F>
auto run_virtually(F&& program) {
  return simulation().run(std::forward<F>(program));
}

}  // namespace weft::support
