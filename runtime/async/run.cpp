#include "weft/run.hpp"

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>

#include "attach/scheduler_gate.hpp"
#include "core/environment.hpp"
#include "core/other_weft.hpp"
#include "core/overflow_report.hpp"
#include "core/scheduler.hpp"
#include "poller/make_poller.hpp"
#include "record/recorder.hpp"
#include "replay/replay.hpp"

namespace weft {

namespace {

core::scheduler_settings settings_of(const run_options& options) {
  core::scheduler_settings settings;
  settings.stack_size = core::round_stack_size(options.stack_size);
  // The environment applies where the program left the default.
  if (options.stack_size == run_options{}.stack_size) {
    if (const auto size = core::number_of_environment("WEFT_STACK_SIZE"))
      settings.stack_size = core::round_stack_size(*size);
  }
  settings.shuffle_seed =
      options.shuffle_seed ? options.shuffle_seed : core::number_of_environment("WEFT_SHUFFLE_SEED");
  settings.detect_deadlock = options.detect_deadlock;
  return settings;
}

}  // namespace

run_stats stats() noexcept {
  const core::scheduler* s = core::scheduler::current();
  if (s == nullptr) return {};
  const core::scheduler_counts& c = s->counts();
  return {c.switches, c.spawned - 1, c.finished, c.polls, c.cancelled, c.failed};
}

namespace detail {

void run_main(const run_options& options, task_state& main) {
  struct unstarted {  // gives the function of a main that never became a coroutine back
    task_state* state;
    ~unstarted() {
      if (state != nullptr) abandon_unstarted(*state);
    }
  } guard{&main};
  if (core::scheduler::current() != nullptr) {
    throw std::logic_error("weft::run inside a coroutine: spawn instead, or run on another thread");
  }
  core::expect_no_other_weft("weft::run");
  if (options.threads != 1) {
    throw std::invalid_argument("weft::run: run_options::threads is " + std::to_string(options.threads) +
                                ", and a run has one thread so far; for several call it on each");
  }
  core::check_environment();
  std::unique_ptr<core::poller> own_poller;
  if (options.poller == nullptr) own_poller = core::make_poller();
  core::poller& poller = options.poller != nullptr ? *options.poller : *own_poller;
  core::clock& clock = options.clock != nullptr ? *options.clock : core::monotonic_clock();

  core::scheduler_settings settings = settings_of(options);
  const std::unique_ptr<replay::replayed_run> replayed = replay::replayed_run::asked_for(options.replay, clock);
  if (replayed != nullptr) settings.shuffle_seed = replayed->shuffle_seed();

  const core::overflow_watch watch;
  {
    core::scheduler scheduler(settings, replayed != nullptr ? replayed->time() : clock, poller);
    record::scheduler_recording recording(scheduler, options.clock, replayed != nullptr ? &replayed->front() : nullptr);
    if (replayed != nullptr) scheduler.follow(replayed->front());
    std::optional<attach::scheduler_gate> gate;
    if (options.clock == nullptr && options.poller == nullptr && replayed == nullptr)
      gate.emplace(scheduler, recording);
    main.start_on(scheduler, 0, -1);
    guard.state = nullptr;
    scheduler.run(*access::coroutine(main));
  }
  if (replayed == nullptr) return;
  // Main has seen the divergence too: do not report it as an error that nobody has read.
  if (replayed->outcome() != nullptr) main.mark_read();
  replayed->conclude();
}

void cancel_left_overs() {
  core::scheduler& s = *core::scheduler::current();
  if (s.live() == 1) return;
  s.cancel_all_but(*s.running());
  try {
    s.end_of_main().wait_for_others(s);
  } catch (...) {
    s.end_of_main().give_up();
    throw;
  }
}

}  // namespace detail
}  // namespace weft
