// Everything below report() runs in a signal handler that has interrupted anything at all, malloc or the recorder
// included: no lock, no allocation, no stdio.
#include "core/overflow_report.hpp"

#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string_view>
#include <utility>

#include "core/scheduler.hpp"

#if !defined(MAP_ANONYMOUS)
#define MAP_ANONYMOUS MAP_ANON
#endif

namespace weft::core {
namespace {

// 8 to 32 KiB, as others have, overflow themselves when a crash reporter behind us symbolises.
constexpr std::size_t signal_stack_bytes = 64 * 1024;

// macOS reports a write to a protected page as SIGBUS.
#if defined(__APPLE__)
constexpr std::array<int, 2> fault_signals{SIGSEGV, SIGBUS};
#else
constexpr std::array<int, 1> fault_signals{SIGSEGV};
#endif
// Who handled them before us. Written once, before our handler is in place.
std::array<struct sigaction, fault_signals.size()> previous{};

// ---- the text

class message {
 public:
  message& operator<<(std::string_view text) noexcept {
    const std::size_t count = std::min(text.size(), text_.size() - size_);
    std::copy_n(text.data(), count, text_.data() + size_);
    size_ += count;
    return *this;
  }
  message& operator<<(std::uint64_t number) noexcept {
    std::array<char, 20> digits;
    std::size_t first = digits.size();
    do digits[--first] = static_cast<char>('0' + number % 10);
    while ((number /= 10) != 0);
    return *this << std::string_view(digits.data() + first, digits.size() - first);
  }
  // A name that the program gave: nothing in it may talk to the terminal.
  message& quoted(std::string_view name) noexcept {
    *this << "\"";
    for (const char c : name.substr(0, 200)) {
      const auto byte = static_cast<unsigned char>(c);
      *this << (byte < 0x20 || byte == 0x7f || (byte >= 0x80 && byte < 0xa0 && !in_character())
                    ? std::string_view("?")
                    : std::string_view(&c, 1));
    }
    return *this << "\"";
  }
  std::string_view text() const noexcept { return {text_.data(), size_}; }

 private:
  // In the middle of an UTF-8 character of three bytes or more, where 0x80 to 0x9f are no control characters.
  bool in_character() const noexcept {
    for (std::size_t back = 1; back <= 3 && back <= size_; ++back) {
      const auto byte = static_cast<unsigned char>(text_[size_ - back]);
      if (byte >= 0xc3) return true;
      if (byte < 0x80 || byte >= 0xc0) return false;
    }
    return false;
  }

  std::array<char, 1024> text_;
  std::size_t size_ = 0;
};

void add_who(message& m, const coroutine& c) noexcept {
  m << "coroutine #" << c.id;
  if (c.work == nullptr) return;
  if (const std::string_view name = c.work->given_name(); !name.empty()) {
    m << " ";
    m.quoted(name);
  }
}

void report(const guard_hit& hit) noexcept {
  scheduler* const s = scheduler::current();
  coroutine* running = s != nullptr ? s->running() : nullptr;
  const coroutine* owner = nullptr;
  for (const coroutine* c = s != nullptr ? s->oldest() : nullptr; c != nullptr && owner == nullptr; c = c->younger) {
    if (c->memory != nullptr && c->memory->base == hit.stack_base) owner = c;
  }

  message first;
  first << "stack overflow: ";
  if (owner != nullptr && owner != running) {
    first << "something wrote below the stack of ";
    add_who(first, *owner);
  } else if (running != nullptr) {
    if (owner == nullptr) first << "a generator or greenlet in ";
    add_who(first, *running);
  } else {
    first << "a generator or greenlet outside of a coroutine";
  }
  first << " needed more than its " << static_cast<std::uint64_t>(hit.stack_size) << " bytes";
  // The diary's last event, if there is room for it: the mapped file outlives us.
  if (running != nullptr) s->diary().last_words(first.text());

  message m;
  m << "weft: " << first.text();
  const coroutine* spawned = owner != nullptr ? owner : running;
  if (spawned != nullptr && spawned->work != nullptr) {
    const source_location& site = spawned->work->site();
    m << ", spawned at " << site.file_name() << ":" << site.line();
  }
  const std::uint64_t twice = hit.stack_size * 2;
  m << "\nweft: a larger stack: run_options::stack_size for all, spawn_options::stack_size for one, or WEFT_STACK_SIZE="
    << twice << " where the program sets none\n";
  for (std::string_view left = m.text(); !left.empty();) {
    const ssize_t written = write(STDERR_FILENO, left.data(), left.size());
    if (written <= 0) break;
    left.remove_prefix(static_cast<std::size_t>(written));
  }
}

// ---- the signal

struct sigaction& previous_of(int signal_number) noexcept {
  std::size_t i = 0;
  while (i + 1 < fault_signals.size() && fault_signals[i] != signal_number) ++i;
  return previous[i];
}

// As if our handler had never been there: the fault happens again when we return, with the faulting instruction on top
// of the core dump's backtrace.
void step_aside(int signal_number) noexcept { sigaction(signal_number, &previous_of(signal_number), nullptr); }

void pass_on(int signal_number, siginfo_t* info, void* context) noexcept {
  const struct sigaction before = previous_of(signal_number);
  if ((before.sa_flags & SA_SIGINFO) != 0) {
    before.sa_sigaction(signal_number, info, context);
  } else if (before.sa_handler == SIG_IGN && info->si_code <= 0) {
    return;  // somebody sent it, and nobody minds
  } else if (before.sa_handler == SIG_DFL || before.sa_handler == SIG_IGN) {
    step_aside(signal_number);
    if (info->si_code <= 0) raise(signal_number);  // sent: it does not happen again by itself
  } else {
    before.sa_handler(signal_number);
  }
}

void on_fault(int signal_number, siginfo_t* info, void* context) {
  const int callers_errno = errno;
  const std::optional<guard_hit> hit = info->si_code > 0 ? find_guard(info->si_addr) : std::nullopt;
  if (hit) {
    report(*hit);
    step_aside(signal_number);
  } else {
    pass_on(signal_number, info, context);
  }
  errno = callers_errno;
}

void install_handler_once() noexcept {
  static const bool installed = [] {
    for (std::size_t i = 0; i < fault_signals.size(); ++i) {
      sigaction(fault_signals[i], nullptr, &previous[i]);
      struct sigaction ours {};
      ours.sa_sigaction = &on_fault;
      ours.sa_flags = SA_SIGINFO | SA_ONSTACK;
      ours.sa_mask = previous[i].sa_mask;
      sigaction(fault_signals[i], &ours, nullptr);
    }
    return true;
  }();
  static_cast<void>(installed);
}

// ---- the alternate stack of a thread

struct thread_signal_stack {
  unsigned holders;
  void* memory;  // null: the thread had a good one of its own
  stack_t before;
};
constinit thread_local thread_signal_stack mine{};

void get_signal_stack() noexcept {
  if (sigaltstack(nullptr, &mine.before) != 0) return;
  if ((mine.before.ss_flags & SS_DISABLE) == 0 && mine.before.ss_size >= signal_stack_bytes) return;
  void* const memory = mmap(nullptr, signal_stack_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return;
  stack_t fresh{};
  fresh.ss_sp = static_cast<decltype(fresh.ss_sp)>(memory);
  fresh.ss_size = signal_stack_bytes;
  if (sigaltstack(&fresh, nullptr) != 0) {
    munmap(memory, signal_stack_bytes);
    return;
  }
  mine.memory = memory;
}

void give_signal_stack() noexcept {
  void* const memory = std::exchange(mine.memory, nullptr);
  if (memory == nullptr) return;
  // Whoever has put another one in its place keeps it.
  stack_t now{};
  if (sigaltstack(nullptr, &now) == 0 && now.ss_sp == memory) {
    if ((mine.before.ss_flags & SS_DISABLE) != 0) mine.before.ss_size = signal_stack_bytes;  // macOS looks at it
    sigaltstack(&mine.before, nullptr);
  }
  munmap(memory, signal_stack_bytes);
}

}  // namespace

overflow_watch::overflow_watch() noexcept {
  const int callers_errno = errno;
  install_handler_once();
  if (mine.holders++ == 0) get_signal_stack();
  errno = callers_errno;
}

overflow_watch::~overflow_watch() {
  const int callers_errno = errno;
  if (--mine.holders == 0) give_signal_stack();
  errno = callers_errno;
}

}  // namespace weft::core
