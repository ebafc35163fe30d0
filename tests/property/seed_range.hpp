// Runs a check on one seed after the other, in worker processes of some hundred seeds each. A program that crashes or
// hangs ends its worker, and its seed is reported. What a long run leaks or keeps is freed with the worker.
//
// WEFT_PROPERTY_SEED=N runs only that seed, in the test's own process. WEFT_PROPERTY_RUNS=N runs so many from the first
// seed on. Both together run N seeds from that one on, so that several processes can share a range. A run of a
// requested length reports its progress and continues after a failure.
#pragma once

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <new>
#include <optional>
#include <string>
#include <vector>

#include "core/sanitizer.hpp"
#include "support/emulator.hpp"

namespace weft::tests {

class seed_range {
 public:
  // The counts of a check; all workers share them.
  struct tally {
    std::uint64_t seed = 0;  // the running one
    std::uint64_t programs = 0;
    std::uint64_t given_up = 0;
    std::uint64_t events = 0;
    std::uint64_t switches = 0;
  };
  enum class then { go_on, leave_worker };

  explicit seed_range(std::uint64_t default_runs) {
    const auto seed = number_from_environment("WEFT_PROPERTY_SEED");
    const auto runs = number_from_environment("WEFT_PROPERTY_RUNS");
    first_ = seed.value_or(1);
    end_ = first_ + runs.value_or(seed ? 1 : default_runs);
    asked_for_ = runs.has_value();
    alone_ = seed && !runs;
  }

  // check(seed, tally) reports to GoogleTest. `leave_worker`: the process cannot be used for another seed.
  template <class Check>
  tally for_each(Check&& check) {
    void* const shared = ::mmap(nullptr, sizeof(tally), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    tally& t = *new (shared) tally;
    started_ = reported_ = std::chrono::steady_clock::now();
    if (alone_ || !has_workers()) {
      for (std::uint64_t seed = first_; seed < end_ && !testing::Test::HasFailure(); ++seed) one(seed, t, check);
    } else {
      for (std::uint64_t next = first_; next < end_ && failures_.size() < failures_to_stop();)
        next = worker(next, t, check);
      if (asked_for_) report(t, "done");
      // Reported now and not when they happened: a worker inherits its parent's failures.
      for (const std::string& failure : failures_) ADD_FAILURE() << failure;
    }
    const tally result = t;
    ::munmap(shared, sizeof(tally));
    return result;
  }

  static std::optional<std::uint64_t> number_from_environment(const char* name) {
    const char* text = std::getenv(name);
    if (text == nullptr) return std::nullopt;
    return std::strtoull(text, nullptr, 0);
  }

 private:
  static constexpr std::uint64_t seeds_a_worker = 500;
  static constexpr int failed = 1, left = 2;
  std::uint64_t failures_to_stop() const { return asked_for_ ? 20 : 1; }
  // Neither ThreadSanitizer nor qemu-user supports children that start threads, as a recorded program does.
#if defined(WEFT_TSAN)
  static bool has_workers() { return false; }
#else
  static bool has_workers() { return !support::emulated(); }
#endif
#if defined(WEFT_ASAN)
  static constexpr unsigned seconds_a_seed = 60;
#else
  static constexpr unsigned seconds_a_seed = 10;
#endif

  template <class Check>
  static then one(std::uint64_t seed, tally& t, Check& check) {
    SCOPED_TRACE("to run this program again: WEFT_PROPERTY_SEED=" + std::to_string(seed));
    t.seed = seed;
    const then what = check(seed, t);
    ++t.programs;
    return what;
  }

  // Returns the next seed.
  template <class Check>
  std::uint64_t worker(std::uint64_t next, tally& t, Check& check) {
    const std::uint64_t end = std::min(end_, next + seeds_a_worker);
    std::fflush(nullptr);
    const pid_t child = ::fork();
    if (child == 0) {
      limit_memory();
      then what = then::go_on;
      for (; next < end && !testing::Test::HasFailure() && what == then::go_on; ++next) {
        ::alarm(seconds_a_seed);
        what = one(next, t, check);
        if (asked_for_) report_sometimes(t);
      }
      std::fflush(nullptr);
      ::_exit(testing::Test::HasFailure() ? failed : left);
    }
    if (child < 0) {
      failures_.push_back(std::string("fork: ") + std::strerror(errno));
      return end_;
    }
    int status = 0;
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    const std::uint64_t last = t.seed;
    reported_ = std::chrono::steady_clock::now();
    if (WIFEXITED(status) && WEXITSTATUS(status) == left) return last + 1;
    const std::string how = WIFEXITED(status)             ? "failed"
                            : WTERMSIG(status) == SIGALRM ? "hangs"
                                                          : "was ended by signal " + std::to_string(WTERMSIG(status));
    const std::string seed = std::to_string(last);
    failures_.push_back("the program of seed " + seed + ' ' + how + "; to run it again: WEFT_PROPERTY_SEED=" + seed);
    std::fprintf(stderr, "property: %s\n", failures_.back().c_str());
    return last + 1;
  }

  // An endless program fills the memory before its time runs out.
  static void limit_memory() {
#if !defined(WEFT_ASAN)
    const ::rlimit most{std::uint64_t{8} << 30u, std::uint64_t{8} << 30u};
    ::setrlimit(RLIMIT_AS, &most);
#endif
  }

  void report_sometimes(const tally& t) {
    const auto now = std::chrono::steady_clock::now();
    if (now - reported_ < std::chrono::seconds(30)) return;
    reported_ = now;
    report(t, "so far");
  }
  void report(const tally& t, const char* when) const {
    const std::chrono::duration<double> time = std::chrono::steady_clock::now() - started_;
    std::fprintf(stderr,
                 "property: %llu of %llu programs %s (seeds %llu to %llu), %.1f s, %.0f a second, %llu given up%s\n",
                 number(t.programs), number(end_ - first_), when, number(first_), number(t.seed), time.count(),
                 static_cast<double>(t.programs) / std::max(time.count(), 0.001), number(t.given_up), memory().c_str());
  }
  static unsigned long long number(std::uint64_t n) { return n; }
  // The resident memory of this process; "" if the system does not tell.
  static std::string memory() {
    std::ifstream file("/proc/self/statm");
    std::uint64_t all = 0, resident = 0;
    if (!(file >> all >> resident)) return {};
    return ", " + std::to_string(resident * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE)) / (1024 * 1024)) +
           " MiB resident";
  }

  std::uint64_t first_ = 1, end_ = 1;
  bool asked_for_ = false, alone_ = false;
  std::vector<std::string> failures_;
  std::chrono::steady_clock::time_point started_, reported_;
};

}  // namespace weft::tests
