// Runs a program on the virtual clock and the fake poller while recording it. Returns its diary as a history, or as the
// text of its scheduling decisions, which scheduler tests compare. The text has names instead of numbers, so that it
// reads like a specification:
//
//   main: spawn a
//   main: block join -> a
//   a: finish done -> main       (nobody: the scheduler polls)
#pragma once

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <utility>

#include "support/simulation.hpp"
#include "trace/state/history.hpp"
#include "weft/run.hpp"
#include "weft/trace.hpp"

namespace weft::support {

// The path of a trace file in the folder for temporary files; the destructor removes the file.
class temporary_trace {
 public:
  temporary_trace() {
    static int count = 0;
    path_ = std::filesystem::temp_directory_path() /
            ("weft-test-" + std::to_string(getpid()) + "-" + std::to_string(++count) + ".weft");
  }
  ~temporary_trace() {
    std::error_code ignored;
    std::filesystem::remove(path_, ignored);
  }
  temporary_trace(const temporary_trace&) = delete;
  temporary_trace& operator=(const temporary_trace&) = delete;
  std::string path() const { return path_.string(); }

 private:
  std::filesystem::path path_;
};

// One line for each spawn, switch, wake and cancellation; "" for other events.
inline std::string decision_line(const diary::history& h, const diary::event& e) {
  using diary::event_type;
  const auto label = [&](std::uint64_t slot, std::uint64_t n) {
    const std::uint64_t id = h.id_of_slot(slot, n);
    return id == 0 ? std::string("nobody") : h.coroutine_label(id);
  };
  const auto to = [&] { return " -> " + label(e.args[0], e.n); };
  const diary::scheduler_state before = h.state_after(e.n);
  const std::uint64_t running = e.thread < before.threads().size() ? before.threads()[e.thread].running_slot : 0;
  const std::string who = label(running, e.n) + ": ";
  switch (e.type) {
    case event_type::spawn:
      return who + "spawn " + h.string(e.args[3]) + "\n";
    case event_type::spawn_after:
      return who + "spawn " + h.string(e.args[3]) + " after " + std::to_string(e.args[5]) + "\n";
    case event_type::enter:
      return who + "enter" + to() + "\n";
    case event_type::yield:
      return who + "yield" + to() + "\n";
    case event_type::sleep:
      return who + "sleep " + std::to_string(e.args[1]) + to() + "\n";
    case event_type::block:
      return who + "block " + std::string(diary::to_text(static_cast<diary::wait_reason>(e.args[1]))) + to() + "\n";
    case event_type::block_fd:
      return who + "block " + std::string(diary::to_text(static_cast<diary::wait_reason>(e.args[1]))) + " " +
             std::to_string(e.args[2]) + to() + "\n";
    case event_type::finish:
      return who + "finish " + std::string(diary::to_text(static_cast<diary::coroutine_status>(e.args[1]))) + to() +
             "\n";
    case event_type::wake:
      return who + "wake " + label(e.args[0], e.n) + " " +
             std::string(diary::to_text(static_cast<diary::wake_cause>(e.args[1]))) + "\n";
    case event_type::wake_fd:
      return who + "wake " + label(e.args[0], e.n) + " fd " + std::to_string(e.args[1]) + "\n";
    case event_type::wake_timer:
      return who + "wake " + label(e.args[0], e.n) + " timer " +
             std::string(diary::to_text(static_cast<diary::wake_cause>(e.args[1]))) + "\n";
    case event_type::wake_remote:
      return who + "wake " + label(e.args[0], e.n) + " remote\n";
    case event_type::cancel:
      return who + "cancel " + label(e.args[0], e.n) + "\n";
    case event_type::select_interrupted:
      return who + "select interrupted\n";
    case event_type::point_passed:
      return who + "point passed\n";
    case event_type::cancel_delivered:
      return who + "cancelled now\n";
    default:
      return {};
  }
}

inline std::string decisions(const diary::history& h) {
  std::string text = "\n";
  h.source().for_each(0, h.source().event_count(), [&](const diary::event& e) {
    text += decision_line(h, e);
    return true;
  });
  return text;
}

// Runs the program in the simulation and returns its diary. Errors of the program are thrown.
template <class F>
diary::history record(simulation& world, F&& program, run_options options = {}) {
  const temporary_trace file;
  weft::trace::start({.path = file.path()});
  struct stopper {
    ~stopper() { weft::trace::stop(); }
  };
  {
    const stopper at_the_end;
    world.run(std::forward<F>(program), options);
  }
  return diary::history(diary::reader::open(file.path()));
}

}  // namespace weft::support
