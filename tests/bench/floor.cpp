// The least this machine allows: schedulers that do nothing but what the name says. No timers beside the sleepers',
// no errors, no cancellation, no floating-point control words, no recording. Not a peer: a place where nobody can be.
//   floor MODE [N]     x86-64 only
#include <sys/mman.h>

#include <queue>
#include <string>
#include <utility>
#include <vector>

#include "measure.h"

#if defined(__x86_64__)
#include <x86intrin.h>

extern "C" void floor_switch(void** save, void* to);
asm(R"(
  .text
  .p2align 5
floor_switch:
  pushq %rbp
  pushq %rbx
  pushq %r12
  pushq %r13
  pushq %r14
  pushq %r15
  movq %rsp, (%rdi)
  movq %rsi, %rsp
  popq %r15
  popq %r14
  popq %r13
  popq %r12
  popq %rbx
  popq %rbp
  popq %rcx
  jmp *%rcx
)");

namespace {

constexpr std::size_t stack_size = 65536;

struct block {
  void* sp = nullptr;
  block* next = nullptr;
  char* top = nullptr;
};

block root;
block* running = &root;
block* first = nullptr;
block* last = nullptr;
block* unused = nullptr;
std::vector<block*> parked;
long left = 0;
long ended = 0;

void push(block* b) {
  b->next = nullptr;
  (first != nullptr ? last->next : first) = b;
  last = b;
}

// Switches to the first of the queue, or to the root if the queue is empty.
[[gnu::always_inline]] inline void leave() {
  block* me = running;
  block* to = first;
  if (to != nullptr) {
    first = to->next;
  } else {
    to = &root;
  }
  if (to == me) return;
  running = to;
  floor_switch(&me->sp, to->sp);
}

void prepare(block* b, void (*entry)()) {
  auto* sp = reinterpret_cast<std::uint64_t*>(b->top);
  *--sp = 0;
  *--sp = reinterpret_cast<std::uint64_t>(entry);
  for (int i = 0; i < 6; ++i) *--sp = 0;
  b->sp = sp;
}

// n adjacent control blocks; their stacks are in one mapping, with tops in different cache sets.
void make_blocks(long n) {
  const auto bytes = stack_size * static_cast<std::size_t>(n);
  void* memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED) std::exit(1);
  madvise(memory, bytes, MADV_NOHUGEPAGE);
  auto* const blocks = new block[static_cast<std::size_t>(n)];
  for (long i = n; i-- > 0;) {
    blocks[i].top = static_cast<char*>(memory) + stack_size * static_cast<std::size_t>(i + 1) - i % 61 * 64;
    blocks[i].next = unused;
    unused = &blocks[i];
  }
}

void start(void (*entry)()) {
  block* b = unused;
  unused = b->next;
  prepare(b, entry);
  push(b);
}

void end_here() {
  ++ended;
  running->next = unused;
  unused = running;
  block* me = running;
  block* to = first != nullptr ? first : &root;
  if (first != nullptr) first = first->next;
  running = to;
  floor_switch(&me->sp, to->sp);
}

void answer() {
  for (;;) floor_switch(&root.next->sp, root.sp);
}

void body_yields() {
  while (--left > 0) {
    push(running);
    leave();
  }
  block* me = running;
  running = &root;
  floor_switch(&me->sp, root.sp);
}

void body_parks() {
  parked.push_back(running);
  leave();
  end_here();
}

using deadline = std::pair<double, block*>;
std::priority_queue<deadline, std::vector<deadline>, std::greater<>> timers;
std::uint64_t random_state = 88172645463325252ull;
double late = 0;

void body_sleeps() {
  const double length = static_cast<double>(random_sleep_us(&random_state)) * 1e3;
  const double begin = wall_ns();
  timers.emplace(begin + length, running);
  leave();
  late += wall_ns() - begin - length;
  end_here();
}

void switches() {
  constexpr long n = 2'000'000;
  make_blocks(1);
  root.next = unused;
  prepare(unused, &answer);
  for (int k = 0; k < 9; ++k) {
    const double begin = cpu_ns();
    for (long i = 0; i < n; i += 2) floor_switch(&root.sp, unused->sp);
    result("switch_ns", (cpu_ns() - begin) / n);
  }
}

void yields(long count) {
  const long total = count > 2 ? 1'000'000 : 400'000;
  make_blocks(count);
  block* const all = unused;
  for (int round = 0; round < 6; ++round) {  // the first round touches the stacks
    first = nullptr;
    for (long i = 0; i < count; ++i) {
      prepare(&all[i], &body_yields);
      push(&all[i]);
    }
    left = total;
    const double begin = cpu_ns();
    leave();
    if (round > 0)
      result(("yield_" + std::to_string(count) + "_ns").c_str(), (cpu_ns() - begin) / static_cast<double>(total));
  }
}

void spawns() {
  constexpr long n = 200'000;
  make_blocks(1);
  for (int k = 0; k < 5; ++k) {
    const double begin = cpu_ns();
    for (long i = 0; i < n; ++i) {
      start(&end_here);
      leave();
    }
    result("spawn_ns", (cpu_ns() - begin) / n);
  }
}

void alive(long n) {
  make_blocks(n);
  parked.reserve(static_cast<std::size_t>(n));
  for (int round = 0; round < 3; ++round) {
    parked.clear();
    const double before = resident_bytes();
    double begin = cpu_ns();
    for (long i = 0; i < n; ++i) start(&body_parks);
    leave();
    double took = cpu_ns() - begin;
    if (round == 0) result("parked_bytes", (resident_bytes() - before) / static_cast<double>(n));
    begin = cpu_ns();
    for (block* b : parked) push(b);
    leave();
    took += cpu_ns() - begin;
    result(round == 0 ? "alive_first_ns" : "alive_again_ns", took / static_cast<double>(n));
  }
}

void sleepers(long n) {
  make_blocks(n);
  for (long i = 0; i < n; ++i) start(&body_sleeps);
  const double cpu = cpu_ns();
  while (ended < n) {
    leave();
    const double now = wall_ns();
    while (!timers.empty() && timers.top().first <= now) {
      push(timers.top().second);
      timers.pop();
    }
    if (first != nullptr || timers.empty()) continue;
    const timespec pause{0, static_cast<long>(timers.top().first - now)};
    nanosleep(&pause, nullptr);
  }
  result("sleeper_cpu_ns", (cpu_ns() - cpu) / static_cast<double>(n));
  result("sleeper_late_us", late / static_cast<double>(n) / 1e3);
}

// The least that an event of the diary needs: the clock, and a few bytes in memory.
void records() {
  constexpr long n = 1'000'000;
  static unsigned char bytes[65536 + 64];
  for (int k = 0; k < 7; ++k) {
    double begin = cpu_ns();
    for (long i = 0; i < n; ++i) {
      std::uint64_t t = __rdtsc();
      asm volatile("" : "+r"(t));
    }
    result("clock_ns", (cpu_ns() - begin) / n);
    std::size_t at = 0;
    std::uint64_t previous = __rdtsc();
    begin = cpu_ns();
    for (long i = 0; i < n; ++i) {
      const std::uint64_t now = __rdtsc();
      std::uint64_t elapsed = now - previous;
      previous = now;
      bytes[at++] = 7;
      for (; elapsed >= 128; elapsed >>= 7) bytes[at++] = static_cast<unsigned char>(elapsed | 128);
      bytes[at++] = static_cast<unsigned char>(elapsed);
      bytes[at++] = static_cast<unsigned char>(i & 1);
      if (at >= 65536) at = 0;
      asm volatile("" : : "r"(bytes) : "memory");
    }
    result("event_ns", (cpu_ns() - begin) / n);
  }
}

}  // namespace

int main(int argc, char** argv) {
  const std::string mode = argc > 1 ? argv[1] : "";
  const long n = number_argument(argc, argv, 2, 0);
  if (mode == "switch") switches();
  if (mode == "yield") yields(n);
  if (mode == "spawn") spawns();
  if (mode == "alive") alive(n);
  if (mode == "sleepers") sleepers(n);
  if (mode == "trace") records();
}

#else
int main() {}
#endif
