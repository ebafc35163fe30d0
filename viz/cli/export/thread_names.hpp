// What the threads of a trace are called, and by what numbers the operating system knows them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "trace/state/history.hpp"

namespace weft::viz::cli {

class thread_names {
 public:
  // `trace` is borrowed.
  explicit thread_names(const diary::history& trace) : trace_(trace) {}

  // The number of the thread in its process, 0: unknown.
  std::uint64_t tid(std::uint32_t thread) {
    const diary::thread_state* const known = find(thread);
    return known ? known->tid & 0x7fff'ffff : 0;
  }
  // Its process: the file's, or in a trace that was put together from several, its own.
  std::uint64_t pid(std::uint32_t thread) {
    const diary::thread_state* const known = find(thread);
    return known && known->pid != 0 ? known->pid & 0xffff'ffff : trace_.source().info().pid;
  }
  // That of a coroutine.
  std::uint64_t pid_of(std::uint64_t coroutine) {
    const diary::coroutine_record* const record = trace_.find_coroutine(coroutine);
    return record ? pid(record->thread) : trace_.source().info().pid;
  }
  // What a process is called.
  std::string program_of(std::uint64_t pid) {
    find(0);
    for (const diary::thread_state& t : end_->threads()) {
      if (t.pid != 0 && (t.pid & 0xffff'ffff) == pid) return t.program;
    }
    return trace_.source().info().program;
  }
  // As the program calls it, else "thread 2". Never empty.
  std::string name(std::uint32_t thread) {
    const diary::thread_state* const known = find(thread);
    const std::string name = known ? diary::sanitised(known->name) : "";
    return name.empty() ? "thread " + std::to_string(thread) : name;
  }

 private:
  const diary::thread_state* find(std::uint32_t thread) {
    if (!end_) end_.emplace(trace_.state_after(trace_.source().event_count()));
    return thread < end_->threads().size() ? &end_->threads()[thread] : nullptr;
  }

  const diary::history& trace_;
  std::optional<diary::scheduler_state> end_;  // knows all of them
};

}  // namespace weft::viz::cli
