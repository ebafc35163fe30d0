#include "trace/file/mapping_guard.hpp"

#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <mutex>
#include <utility>

#if !defined(MAP_ANONYMOUS)
#define MAP_ANONYMOUS MAP_ANON
#endif

namespace weft::diary {

// Never freed, only reused: the signal handler reads the list without a lock.
struct mapping_guard::place {
  std::atomic<std::uintptr_t> begin = 0, end = 0;
  std::atomic<mapping_loss*> loss = nullptr;
  std::atomic<place*> next = nullptr;
  bool used = false;  // guarded by the lock
};

struct bus_handler {
  std::mutex lock;  // guards everything but the list, which only grows
  std::atomic<mapping_guard::place*> first = nullptr;
  std::size_t guarded = 0;
  struct sigaction before {};
  std::atomic<bool> some_loss = false;

  // Leaked: threads may use it late.
  static bus_handler& of_process() {
    static bus_handler* const h = new bus_handler;
    return *h;
  }

  static bool mend(std::uintptr_t address) noexcept {
    for (auto* p = of_process().first.load(std::memory_order_acquire); p != nullptr;
         p = p->next.load(std::memory_order_acquire)) {
      if (address < p->begin.load() || address >= p->end.load()) continue;
      static const std::uintptr_t page = static_cast<std::uintptr_t>(sysconf(_SC_PAGESIZE));
      void* const begin = reinterpret_cast<void*>(address & ~(page - 1));
      if (mmap(begin, page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == MAP_FAILED) {
        return false;
      }
      mapping_loss& loss = *p->loss.load();
      of_process().some_loss = true;
      if (!loss.happened.exchange(true) && !loss.message.empty()) {
        static_cast<void>(!write(STDERR_FILENO, loss.message.data(), loss.message.size()));
      }
      return true;
    }
    return false;
  }

  static void on_signal(int number, siginfo_t* info, void* context) {
    const int callers_errno = errno;
    const bool is_fault = info->si_code > 0;
    const struct sigaction before = of_process().before;
    if (is_fault && mend(reinterpret_cast<std::uintptr_t>(info->si_addr))) {
      // Return: the instruction is executed again.
    } else if ((before.sa_flags & SA_SIGINFO) != 0) {
      before.sa_sigaction(number, info, context);
    } else if (before.sa_handler == SIG_IGN && !is_fault) {
      // A process sent the signal, and the program ignores it.
    } else if (before.sa_handler == SIG_DFL || before.sa_handler == SIG_IGN) {
      sigaction(number, &before, nullptr);  // a fault repeats after the return
      if (!is_fault) raise(number);
    } else {
      before.sa_handler(number);
    }
    errno = callers_errno;
  }

  void install() noexcept {
    struct sigaction ours {};
    ours.sa_sigaction = &on_signal;
    ours.sa_flags = SA_SIGINFO | SA_ONSTACK;
    sigaction(SIGBUS, nullptr, &before);
    if ((before.sa_flags & SA_SIGINFO) != 0 && before.sa_sigaction == &on_signal) return;
    ours.sa_mask = before.sa_mask;
    sigaction(SIGBUS, &ours, nullptr);
  }
  // A handler that was installed after this one stays, and may go on calling this one.
  void remove() noexcept {
    struct sigaction now {};
    if (sigaction(SIGBUS, nullptr, &now) == 0 && (now.sa_flags & SA_SIGINFO) != 0 && now.sa_sigaction == &on_signal) {
      sigaction(SIGBUS, &before, nullptr);
    }
  }
};

mapping_guard::mapping_guard(void* memory, std::size_t size, mapping_loss& loss) {
  bus_handler& h = bus_handler::of_process();
  const std::lock_guard guard(h.lock);
  place_ = h.first.load();
  while (place_ != nullptr && place_->used) place_ = place_->next.load();
  if (place_ == nullptr) {
    place_ = new place;
    place_->next = h.first.load();
    h.first.store(place_, std::memory_order_release);
  }
  place_->used = true;
  place_->loss = &loss;
  const auto begin = reinterpret_cast<std::uintptr_t>(memory);
  place_->begin = begin;
  place_->end = begin + size;
  if (h.guarded++ == 0) h.install();
}

mapping_guard::mapping_guard(mapping_guard&& other) noexcept : place_(std::exchange(other.place_, nullptr)) {}

mapping_guard::~mapping_guard() {
  if (place_ == nullptr) return;
  bus_handler& h = bus_handler::of_process();
  const std::lock_guard guard(h.lock);
  place_->end = 0;
  place_->begin = 0;
  place_->used = false;
  if (--h.guarded == 0) h.remove();
}

bool a_mapped_file_was_cut() noexcept { return bus_handler::of_process().some_loss; }

}  // namespace weft::diary
