// Costs and benefits of the diary: a row for each promise of the trace format, measured on this machine.
//
//   weft_bench_trace [--events N] [--folder DIR] [--json] [--only ROW]
//
// N (100 million) is the size of the large trace that is opened and searched; the file is in DIR (the folder for
// temporary files) during the measurement. Every figure is of one run: compare ratios, and rows of the same run.
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <vector>

#include "record/ticks.hpp"
#include "trace/state/history.hpp"
#include "trace_report.hpp"
#include "weft/run.hpp"
#include "weft/semaphore.hpp"
#include "weft/task.hpp"
#include "weft/this_coroutine.hpp"
#include "weft/trace.hpp"

namespace weft::bench {

using diary::reader;

std::string folder;

namespace {

using clock_type = std::chrono::steady_clock;

struct row {
  std::string name, figure, demand;
  bool good;
};
std::vector<row> rows;
std::string only;
bool as_json = false;

bool wanted(const char* name) { return only.empty() || only == name; }

std::string path_of(const char* name) { return folder + "/weft-bench-" + std::to_string(getpid()) + "-" + name; }

}  // namespace

void report(const char* name, const std::string& figure, const char* demand, bool good) {
  rows.push_back({name, figure, demand, good});
  if (!as_json) {
    std::printf("%-12s %-4s %s   [%s]\n", name, good ? "yes" : "NO", figure.c_str(), demand);
    std::fflush(stdout);
  }
}

double seconds_of(const std::function<void()>& f) {
  const auto start = clock_type::now();
  f();
  return std::chrono::duration<double>(clock_type::now() - start).count();
}

double cpu_seconds_of(const std::function<void()>& f) {
  const auto now = [] {
    timespec t{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) / 1e9;
  };
  const double start = now();
  f();
  return now() - start;
}

trace_file::trace_file(const char* name) : path(path_of(name)) {}
trace_file::~trace_file() { std::filesystem::remove(path); }

void yield_between_two(std::uint64_t switches) {
  run([switches] {
    const task<> other = spawn("other", [switches] {
      for (std::uint64_t i = 0; i < switches / 2; ++i) yield();
    });
    for (std::uint64_t i = 0; i < switches / 2; ++i) yield();
    other.join();
  });
}

void record_into(const std::string& path, const std::function<void()>& program, bool order_only,
                 std::size_t ring_bytes) {
  trace::start({.path = path, .ring_bytes = ring_bytes, .order_only = order_only});
  program();
  trace::stop();
}

double bytes_an_event(const std::string& path) {
  const diary::file_info info = reader::open(path).info();
  return static_cast<double>(info.event_bytes) / static_cast<double>(std::max<std::uint64_t>(info.events, 1));
}

namespace {

void size() {
  const trace_file yields("yields"), cycles("cycles");
  record_into(yields.path, [] { yield_between_two(2'000'000); });
  const double switch_bytes = bytes_an_event(yields.path);
  constexpr std::uint64_t rounds = 500'000;
  record_into(cycles.path, [] {
    run([] {
      semaphore ping(0), pong(0);
      const task<> other = spawn("other", [&] {
        for (std::uint64_t i = 0; i < rounds; ++i) {
          ping.acquire();
          pong.release();
        }
      });
      for (std::uint64_t i = 0; i < rounds; ++i) {
        ping.release();
        pong.acquire();
      }
      other.join();
    });
  });
  const double cycle_bytes = static_cast<double>(reader::open(cycles.path).info().event_bytes) / (2.0 * rounds);
  report("size", text("%.2f bytes an event (yields), %.2f bytes a block-wake-run cycle", switch_bytes, cycle_bytes),
         "<= 5 and <= 15", switch_bytes <= 5 && cycle_bytes <= 15);
}

double ns_a_switch(std::uint64_t switches) {
  return cpu_seconds_of([&] { yield_between_two(switches); }) * 1e9 / static_cast<double>(switches);
}

void cost() {
  constexpr std::uint64_t switches = 4'000'000;
  std::vector<double> off, on, order, clocks;
  for (int i = 0; i < 5; ++i) {
    off.push_back(ns_a_switch(switches));
    const trace_file file("cost");
    record_into(file.path, [&] { on.push_back(ns_a_switch(switches)); });
    record_into(
        file.path, [&] { order.push_back(ns_a_switch(switches)); }, true);
    std::uint64_t sum = 0;
    clocks.push_back(cpu_seconds_of([&] {
                       for (std::uint64_t n = 0; n < switches; ++n) sum += record::counter_ticks();
                     }) *
                     1e9 / static_cast<double>(switches));
    if (sum == 0) std::abort();
  }
  const auto median = [](std::vector<double> v) {
    std::sort(v.begin(), v.end());
    return v[v.size() / 2];
  };
  const double more = median(on) - median(off), clock = median(clocks);
  report("cost, on",
         text("%.1f ns a switch recorded, %.1f not: %.1f ns, of which the clock read %.1f", median(on), median(off),
              more, clock),
         "clock read + 3 ns", more <= clock + 3);
  const trace_file file("order");
  record_into(
      file.path, [] { yield_between_two(2'000'000); }, true);
  report("order only",
         text("%.1f ns a switch more, %.2f bytes an event", median(order) - median(off), bytes_an_event(file.path)),
         "cheaper than with times", median(order) < median(on));
}

struct stalls {
  double longest_us = 0, p9999_us = 0;  // of the gaps in which the thread kept its processor
  long preempted = 0;                   // the other gaps
  double longest_preempted_us = 0;
};

long preemptions() {
  rusage usage{};
#if defined(RUSAGE_THREAD)
  getrusage(RUSAGE_THREAD, &usage);
#else
  getrusage(RUSAGE_SELF, &usage);
#endif
  return usage.ru_nivcsw;
}

// The time from one switch to the next, as one of two coroutines sees it. Gaps in which other programs had the
// processor are counted separately, because they say nothing about this one.
stalls longest_gap(std::uint64_t switches) {
  constexpr std::uint64_t suspicious_ns = 20'000;
  std::vector<std::uint32_t> gaps(switches);  // written in advance, so that its pages cause no stalls
  stalls found;
  std::size_t count = 0;
  run([&] {
    const task<> other = spawn("other", [&] {
      for (std::uint64_t i = 0; i < switches; ++i) yield();
    });
    long preempted = preemptions();
    std::uint64_t last = record::monotonic_ns();
    for (std::uint64_t i = 0; i < switches; ++i) {
      yield();
      const std::uint64_t gap = record::monotonic_ns() - last;
      if (gap > suspicious_ns && preemptions() != preempted) {
        preempted = preemptions();
        ++found.preempted;
        found.longest_preempted_us = std::max(found.longest_preempted_us, static_cast<double>(gap) / 1e3);
      } else {
        gaps[count++] = static_cast<std::uint32_t>(std::min<std::uint64_t>(gap, UINT32_MAX));
      }
      last = record::monotonic_ns();
    }
    other.join();
  });
  gaps.resize(count);
  std::sort(gaps.begin(), gaps.end());
  found.longest_us = gaps.back() / 1e3;
  found.p9999_us = gaps[count - 1 - count / 10'000] / 1e3;
  return found;
}

void stall() {
  // The best of several: disturbances of the machine differ from run to run.
  constexpr std::uint64_t switches = 10'000'000 / 2;
  stalls off, on;
  for (int i = 0; i < 5; ++i) {
    const stalls untraced = longest_gap(switches);
    if (i == 0 || untraced.longest_us < off.longest_us) off = untraced;
    const trace_file file("stall");
    trace::start({.path = file.path});
    const stalls traced = longest_gap(switches);
    trace::stop();
    if (i == 0 || traced.longest_us < on.longest_us) on = traced;
  }
  report("stall",
         text("longest %.0f us (99.99 %% %.2f us; besides preempted %ld times), untraced %.0f us (%.2f us; %ld times)",
              on.longest_us, on.p9999_us, on.preempted, off.longest_us, off.p9999_us, off.preempted),
         "untraced + 100 us", on.longest_us <= off.longest_us + 100);
}

void crash() {
  const trace_file file("crash");
  int pipe_fds[2];
  if (pipe(pipe_fds) != 0) std::abort();
  const pid_t child = fork();
  if (child == 0) {
    trace::start({.path = file.path});
    run([&] {
      spawn("sleeper", [] { sleep_for(std::chrono::hours(1)); });
      for (std::uint64_t i = 1;; ++i) {
        yield();
        if (i == 1'000'000) {
          trace::mark("the last thing it did");
          kill(getpid(), SIGKILL);
        }
      }
    });
    _exit(0);
  }
  int status = 0;
  waitpid(child, &status, 0);
  close(pipe_fds[0]);
  close(pipe_fds[1]);
  const diary::history h(reader::open(file.path));
  const std::uint64_t count = h.source().event_count();
  const bool whole = count > 1'000'000 && h.source().at(count - 1).type == diary::event_type::mark;
  report(
      "crash",
      text("%llu events read after SIGKILL, the last one %s, %llu rules broken", static_cast<unsigned long long>(count),
           whole ? "is there" : "IS MISSING", static_cast<unsigned long long>(h.violation_count())),
      "up to the last event", whole && h.violation_count() == 0);
}

void ring() {
  const trace_file file("ring"), copy("copy");
  double snapshot_ms = 0;
  record_into(
      file.path,
      [&] {
        yield_between_two(10'000'000);
        snapshot_ms = seconds_of([&] { trace::snapshot(copy.path); }) * 1e3;
      },
      false, 4 << 20);
  const diary::history h(reader::open(file.path)), copied(reader::open(copy.path));
  const diary::file_info& info = h.source().info();
  const bool good = h.violation_count() == 0 && copied.violation_count() == 0 && info.lost > 0 &&
                    info.events + info.lost >= 10'000'000 && info.file_bytes <= (4u << 20) + 4096;
  report("bounded",
         text("ring of 4 MiB after 10 M switches: %llu events kept, %llu counted as lost, %llu rules broken; snapshot "
              "in %.1f ms",
              static_cast<unsigned long long>(info.events), static_cast<unsigned long long>(info.lost),
              static_cast<unsigned long long>(h.violation_count() + copied.violation_count()), snapshot_ms),
         "readable alone, loss counted", good);
}

void middle() {
  const trace_file file("middle");
  constexpr std::size_t count = 1'000'000;
  double start_s = 0;
  run([&] {
    semaphore gate(0);
    std::vector<task<>> all;
    all.reserve(count);
    for (std::size_t i = 0; i < count; ++i) all.push_back(spawn("one of many", [&] { gate.acquire(); }));
    yield();
    start_s = seconds_of([&] { trace::start({.path = file.path}); });
    yield();
    trace::stop();
    gate.release(static_cast<std::ptrdiff_t>(count));
    for (const task<>& t : all) t.join();
  });
  const diary::history h(reader::open(file.path));
  report("mid-run",
         text("start with a million alive: %.0f ms, %.1f bytes each, %zu of them known, %llu rules broken",
              start_s * 1e3, static_cast<double>(h.source().info().event_bytes) / static_cast<double>(count),
              h.coroutines().size(), static_cast<unsigned long long>(h.violation_count())),
         "nobody an orphan", h.coroutines().size() == count + 1 && h.violation_count() == 0);
}

}  // namespace
}  // namespace weft::bench

int main(int argc, char** argv) {
  using namespace weft::bench;
  folder = std::filesystem::temp_directory_path().string();
  std::uint64_t events = 100'000'000;
  for (int i = 1; i < argc; ++i) {
    const std::string option = argv[i];
    if (option == "--json") {
      as_json = true;
    } else if (option == "--events" && i + 1 < argc) {
      events = std::strtoull(argv[++i], nullptr, 10);
    } else if (option == "--folder" && i + 1 < argc) {
      folder = argv[++i];
    } else if (option == "--only" && i + 1 < argc) {
      only = argv[++i];
    } else {
      std::fprintf(stderr, "usage: weft_bench_trace [--events N] [--folder DIR] [--json] [--only ROW]\n");
      return 2;
    }
  }
  if (wanted("size")) size();
  if (wanted("cost")) cost();
  if (wanted("stall")) stall();
  if (wanted("crash")) crash();
  if (wanted("ring")) ring();
  if (wanted("middle")) middle();
  if (wanted("large")) large(events);
  if (wanted("mixed")) mixed();
  if (wanted("threads")) threads();
  if (wanted("checkpoints")) checkpoints();
  if (as_json) {
    std::printf("[");
    for (std::size_t i = 0; i < rows.size(); ++i) {
      std::printf("%s{\"row\": \"%s\", \"figure\": \"%s\", \"demand\": \"%s\", \"good\": %s}", i == 0 ? "" : ",\n ",
                  rows[i].name.c_str(), rows[i].figure.c_str(), rows[i].demand.c_str(),
                  rows[i].good ? "true" : "false");
    }
    std::printf("]\n");
  }
  return std::all_of(rows.begin(), rows.end(), [](const row& r) { return r.good; }) ? 0 : 1;
}
