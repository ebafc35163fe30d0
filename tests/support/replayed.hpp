// For tests of the replay: the trace of a program on the virtual clock, and the result of its replay.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "support/recorded.hpp"
#include "trace/words/comparable_name.hpp"
#include "weft/errors.hpp"

namespace weft::support {

// Runs `program` once and keeps its trace.
template <class F>
class recorded_run {
 public:
  explicit recorded_run(const F& program, run_options options = {}) {
    simulation s;
    weft::trace::start({.path = file_.path()});
    try {
      s.run(program, options);
    } catch (...) {  // an error of the program
    }
    weft::trace::stop();
    path_ = file_.path();
  }
  const std::string& path() const { return path_; }

 private:
  temporary_trace file_;
  std::string path_;
};

// Returns the divergence that the replay of `path` by `program` throws; "" if there is none.
template <class F>
std::string divergence(const std::string& path, F&& program) {
  simulation s;
  try {
    s.run(std::forward<F>(program), {.replay = path});
  } catch (const replay_divergence& e) {
    return e.what();
  }
  return {};
}

// Every event that depends on the order, with coroutines and objects numbered as they appear, without times.
inline std::string order_text(const std::string& path) {
  const diary::history h(diary::reader::open(path));
  if (h.violation_count() != 0) return path + " breaks a rule";
  std::map<std::uint64_t, std::size_t> numbers;  // by slot: the n-th that was spawned
  std::size_t spawned = 0;
  std::string text;
  h.source().for_each(0, h.source().event_count(), [&](const diary::event& e) {
    using t = diary::event_type;
    if (e.type >= t::checkpoint_begin) return true;
    const bool is_spawn = e.type == t::spawn || e.type == t::spawn_after;
    if (is_spawn) numbers[e.args[0]] = ++spawned;
    const diary::event_schema& schema = *diary::find_schema(e.type);
    switch (e.type) {
      case t::thread_start:
      case t::string:
      case t::site:
      case t::object:
      case t::poll_begin:
      case t::stack_mark:
        return true;
      default:
        break;
    }
    text += schema.name;
    for (std::size_t i = 0; i < schema.arg_count; ++i) {
      using k = diary::arg_kind;
      const k kind = schema.kinds[i];
      if (kind == k::slot) {
        text += " #" + std::to_string(e.args[i] == 0 ? 0 : numbers[e.args[i]]);
      } else if (kind == k::string) {
        text += ' ' + diary::comparable_name(h.string(e.args[i]));
      } else if (kind == k::coroutine || kind == k::site || kind == k::object || kind == k::nanoseconds ||
                 kind == k::fd || (e.type == t::poll_end && i == 0)) {
        // differs from run to run
      } else {
        text += ' ' + std::to_string(e.args[i]);
      }
    }
    text += '\n';
    return true;
  });
  return text;
}

inline std::string first_difference(const std::string& a, const std::string& b) {
  if (a == b) return {};
  std::size_t at = 0;
  while (at < a.size() && at < b.size() && a[at] == b[at]) ++at;
  const std::size_t from = at < 200 ? 0 : at - 200;
  return "recorded:" + a.substr(from, 300) + "\nreplayed:" + b.substr(from, 300);
}

}  // namespace weft::support
