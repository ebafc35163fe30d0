// weft itself, through its public interface (and its raw switch): the same modes and metrics as the peers.
//   weft_bench MODE [N] [record FILE]
// With `record` the scheduler writes its diary to FILE during the measurement. The program is built a second time
// without any recorder (weft_bench_bare), to measure the cost of a recorder that is off.
#include <weft/weft.hpp>

#include <chrono>
#include <cstring>
#include <functional>
#include <string>
#include <vector>

#include "core/context.hpp"
#include "measure.h"
#include "trace/file/reader.hpp"
#include "weft_switch.h"

namespace {

std::string trace_path;  // empty: not recorded
long operations = 0;     // yields or messages of the last run

// Runs f under a scheduler several times, because interference only ever adds time.
void under_scheduler(int times, const std::function<void()>& f) {
  for (int i = 0; i < times; ++i) {
    if (!trace_path.empty()) weft::trace::start({.path = trace_path});
    weft::run(f);
    weft::trace::stop();
  }
}

// For the last recording, whose file grew in steps: only written bytes count.
double bytes_an_operation() {
  const weft::diary::reader trace = weft::diary::reader::open(trace_path);
  return static_cast<double>(trace.info().event_bytes) / static_cast<double>(operations);
}

// ---- the raw switch

void* here = nullptr;
void* there = nullptr;

void answer(void* with_flag) {
#if defined(__x86_64__)
  if (with_flag != nullptr) __builtin_ia32_ldmxcsr(__builtin_ia32_stmxcsr() ^ 0x20u);
#else
  static_cast<void>(with_flag);
#endif
  for (;;) weft_switch(&there, here);
}

double switches(bool flag_differs) {
  constexpr long n = 2'000'000;
  alignas(64) static char stack[65536];
  there = weft::core::make_context(stack + sizeof stack, &answer, flag_differs ? stack : nullptr);
  weft_switch(&here, there);
  const double begin = cpu_ns();
  for (long i = 0; i < n; i += 2) weft_switch(&here, there);
  return (cpu_ns() - begin) / n;
}

// ---- through the scheduler

// Processor time of an operation that may be recorded: of its own thread, and separately of the thread that makes the
// file grow.
class recordable {
 public:
  void done(const std::string& operation, double count) const {
    const double own = (thread_cpu_ns() - thread_began_) / count;
    if (!trace_path.empty()) result((operation + "_growth_ns").c_str(), (cpu_ns() - began_) / count - own);
    result((operation + "_ns").c_str(), own);
  }

 private:
  double began_ = cpu_ns();
  double thread_began_ = thread_cpu_ns();
};

void yields(long count) {
  const long total = 1'000'000;
  const long each = total / count;
  std::vector<weft::task<void>> all;
  for (long i = 0; i < count; ++i) {
    all.push_back(weft::spawn([each] {
      for (long j = 0; j <= each; ++j) weft::yield();
    }));
  }
  weft::yield();  // touches every stack
  const recordable measured;
  for (auto& t : all) t.join();
  measured.done("yield_" + std::to_string(count), static_cast<double>(each * count));
  operations = each * count;
}

void spawns() {
  constexpr long n = 100'000;
  long ran = 0;
  const double begin = cpu_ns();
  for (long i = 0; i < n; ++i) weft::spawn([&ran] { ++ran; }).join();
  result("spawn_ns", (cpu_ns() - begin) / n);
}

void alive(long n) {
  for (int round = 0; round < 3; ++round) {
    weft::event gate;
    long arrived = 0;
    std::vector<weft::task<void>> all;
    all.reserve(static_cast<std::size_t>(n));
    const double before = resident_bytes();
    double begin = cpu_ns();
    for (long i = 0; i < n; ++i) {
      all.push_back(weft::spawn([&] {
        ++arrived;
        gate.wait();
      }));
    }
    while (arrived < n) weft::yield();
    double took = cpu_ns() - begin;
    if (round == 0) result("parked_bytes", (resident_bytes() - before) / static_cast<double>(n));
    begin = cpu_ns();
    gate.set();
    for (auto& t : all) t.join();
    took += cpu_ns() - begin;
    result(round == 0 ? "alive_first_ns" : "alive_again_ns", took / static_cast<double>(n));
  }
}

void messages() {
  constexpr long n = 200'000;
  weft::channel<int> to;
  weft::channel<int> back;
  const auto a = weft::spawn([&] {
    for (long i = 0; i < n / 2; ++i) back.send(*to.receive());
  });
  const auto b = weft::spawn([&] {
    for (long i = 0; i < n / 2; ++i) {
      to.send(1);
      back.receive();
    }
  });
  const recordable measured;
  a.join();
  b.join();
  measured.done("message", n);
  operations = n;
}

void buffered() {
  constexpr long n = 500'000;
  weft::channel<int> line(1024);
  const auto a = weft::spawn([&] {
    for (long i = 0; i < n; ++i) line.receive();
  });
  const auto b = weft::spawn([&] {
    for (long i = 0; i < n; ++i) line.send(1);
  });
  const double begin = cpu_ns();
  a.join();
  b.join();
  result("buffered_ns", (cpu_ns() - begin) / n);
}

void mutexes() {
  constexpr long n = 200'000;
  weft::mutex m;
  const auto body = [&] {
    for (long i = 0; i < n / 2; ++i) {
      m.lock();
      weft::yield();
      m.unlock();
    }
  };
  const auto a = weft::spawn(body);
  const auto b = weft::spawn(body);
  const double begin = cpu_ns();
  a.join();
  b.join();
  result("mutex_ns", (cpu_ns() - begin) / n);
}

void sleepers(long n) {
  weft::event gate;
  long arrived = 0;
  double late = 0;
  std::uint64_t random = 88172645463325252ull;
  std::vector<weft::task<void>> all;
  for (long i = 0; i < n; ++i) {
    const long us = random_sleep_us(&random);
    all.push_back(weft::spawn([&, us] {
      ++arrived;
      gate.wait();
      const double begin = wall_ns();
      weft::sleep_for(std::chrono::microseconds(us));
      late += wall_ns() - begin - static_cast<double>(us) * 1e3;
    }));
  }
  while (arrived < n) weft::yield();
  const double cpu = cpu_ns();
  gate.set();
  for (auto& t : all) t.join();
  result("sleeper_cpu_ns", (cpu_ns() - cpu) / static_cast<double>(n));
  result("sleeper_late_us", late / static_cast<double>(n) / 1e3);
}

// ---- memory

double mappings() {
  std::FILE* f = std::fopen("/proc/self/maps", "r");
  if (f == nullptr) return 0;
  double lines = 0;
  for (int c = std::fgetc(f); c != EOF; c = std::fgetc(f)) lines += c == '\n' ? 1 : 0;
  std::fclose(f);
  return lines;
}

// n coroutines at once, each with a guard; then all end, and the pool gives memory back a little later.
void parked(long n) {
  weft::event gate;
  long arrived = 0;
  std::vector<weft::task<void>> all;
  all.reserve(static_cast<std::size_t>(n));
  const double before = resident_bytes();
  for (long i = 0; i < n; ++i) {
    all.push_back(weft::spawn([&] {
      ++arrived;
      gate.wait();
    }));
  }
  while (arrived < n) weft::yield();
  result("parked_bytes", (resident_bytes() - before) / static_cast<double>(n));
  result("mappings", mappings());
  gate.set();
  for (auto& t : all) t.join();
  all = {};
  result("after_end_bytes", (resident_bytes() - before) / static_cast<double>(n));
  weft::sleep_for(std::chrono::seconds(3));
  result("after_idle_bytes", (resident_bytes() - before) / static_cast<double>(n));
}

// n coroutines, a hundred at a time: measures the growth of the process since the first tenth.
void churn(long n) {
  double before = 0;
  for (long i = 0; i < n / 100; ++i) {
    std::vector<weft::task<void>> some;
    for (int k = 0; k < 100; ++k) some.push_back(weft::spawn([] { weft::yield(); }));
    for (auto& t : some) t.join();
    if (i == n / 1000) before = resident_bytes();
  }
  result("growth_bytes", resident_bytes() - before);
}

}  // namespace

int main(int argc, char** argv) {
  const std::string mode = argc > 1 ? argv[1] : "";
  const long n = number_argument(argc, argv, 2, 0);
  if (argc > 4 && std::strcmp(argv[3], "record") == 0) trace_path = argv[4];
  if (mode == "switch") {
    for (int i = 0; i < 9; ++i) {
      result("switch_ns", switches(false));
      result("switch_flags_ns", switches(true));
    }
  }
  if (mode == "yield") under_scheduler(5, [n] { yields(n); });
  if (mode == "spawn") under_scheduler(5, spawns);
  if (mode == "alive") under_scheduler(1, [n] { alive(n); });
  if (mode == "message") under_scheduler(5, messages);
  if (mode == "buffered") under_scheduler(5, buffered);
  if (mode == "mutex") under_scheduler(5, mutexes);
  if (mode == "sleepers") under_scheduler(1, [n] { sleepers(n); });
  if (!trace_path.empty() && operations != 0) {
    const std::string what = mode == "yield" ? "yield_" + std::to_string(n) : mode;
    result((what + "_bytes").c_str(), bytes_an_operation());
  }
  if (mode == "parked") under_scheduler(1, [n] { parked(n); });
  if (mode == "churn") under_scheduler(1, [n] { churn(n); });
}
