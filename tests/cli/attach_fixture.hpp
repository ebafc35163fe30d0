// Programs that run beside a test, in a runtime folder of their own.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "attach/control_client.hpp"
#include "cli/programs/child_process.hpp"
#include "cli/programs/running_programs.hpp"
#include "cli/programs/trace_glance.hpp"
#include "run_weft.hpp"

namespace weft::tests {

inline diary::control_request request(diary::control_command c, std::uint64_t number = 0, std::string text = "") {
  diary::control_request r;
  r.command = c;
  r.number = number;
  r.text = std::move(text);
  return r;
}

// Waits until `what` returns true; returns false after ten seconds.
inline bool becomes_true(const std::function<bool()>& what) {
  for (const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
       std::chrono::steady_clock::now() < end;) {
    if (what()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  return false;
}

class attach_fixture : public testing::Test {
 protected:
  attach_fixture() { std::filesystem::create_directory(folder_.path("run")); }

  // Starts a program and waits until its scheduler runs.
  std::unique_ptr<viz::cli::child_process> start(const char* what, viz::cli::child_process::environment more = {}) {
    more.emplace_back("XDG_RUNTIME_DIR", folder_.path("run"));
    auto child = std::make_unique<viz::cli::child_process>(std::vector<std::string>{WEFT_ATTACH_TARGET, what}, more,
                                                           viz::cli::child_process::signals::ours);
    EXPECT_TRUE(becomes_true([&] { return is_listed(child->pid()); }));
    return child;
  }
  std::string place() const { return folder_.path("run") + "/weft"; }
  bool is_listed(pid_t pid) const {
    for (const auto& p : viz::cli::find_running_programs(place())) {
      if (p.pid == pid) return p.attachable;
    }
    return false;
  }
  viz::control_client connect(const viz::cli::child_process& child) const {
    return viz::control_client(viz::control_path(place(), child.pid()));
  }
  // The trace of a program to which a viewer attached without naming a file.
  std::string trace_made_for(pid_t pid) const { return place() + "/attached-" + std::to_string(pid) + ".weft"; }
  // Makes a trace look as if it had been recorded that much earlier.
  static void age(const std::string& trace, std::chrono::hours by) {
    std::fstream file(trace, std::ios::in | std::ios::out | std::ios::binary);
    diary::file_header header;
    file.read(reinterpret_cast<char*>(&header), sizeof header);
    header.start_real_ns -= static_cast<std::uint64_t>(std::chrono::nanoseconds(by).count());
    file.seekp(0);
    file.write(reinterpret_cast<const char*>(&header), sizeof header);
    file.close();
    std::filesystem::last_write_time(trace, std::filesystem::last_write_time(trace) - by);
  }
  static std::uint64_t events_in(const std::string& trace) { return viz::cli::glance_at(trace).events; }
  // True if more events are written.
  static bool goes_on(const std::string& trace) {
    const std::uint64_t before = events_in(trace);
    return becomes_true([&] { return events_in(trace) > before; });
  }

  const test_folder folder_;
  const environment_variable where_{"XDG_RUNTIME_DIR", folder_.path("run")};
};

}  // namespace weft::tests
