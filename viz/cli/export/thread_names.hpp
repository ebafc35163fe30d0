// The names of a trace's threads and processes, and their numbers in the operating system.
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

  // The number of the thread in its process; 0: unknown.
  std::uint64_t tid(std::uint32_t thread) {
    const diary::thread_state* const known = find(thread);
    return known ? known->tid & 0x7fff'ffff : 0;
  }
  // The pid of the thread's process: the file's, or in a merged trace its own.
  std::uint64_t pid(std::uint32_t thread) {
    const diary::thread_state* const known = find(thread);
    return known && known->pid != 0 ? known->pid & 0xffff'ffff : trace_.source().info().pid;
  }
  // The pid of a coroutine's process.
  std::uint64_t pid_of(std::uint64_t coroutine) {
    const diary::coroutine_record* const record = trace_.find_coroutine(coroutine);
    return record ? pid(record->thread) : trace_.source().info().pid;
  }
  // The name of a process.
  std::string program_of(std::uint64_t pid) {
    find(0);
    for (const diary::thread_state& t : end_->threads()) {
      if (t.pid != 0 && (t.pid & 0xffff'ffff) == pid) return t.program;
    }
    return trace_.source().info().program;
  }
  // The program's name for the thread, else "thread 2". Never empty.
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
  std::optional<diary::scheduler_state> end_;  // knows all threads
};

}  // namespace weft::viz::cli
