// The only file that asks the operating system for stack memory: mappings, guards, residency. Also the registry by
// which a signal handler finds out whose guard was hit. Policy (reuse, trimming) is in stack_pool.cpp.
#include "core/stack.hpp"

#include <sys/mman.h>
#include <unistd.h>
#if defined(__linux__)
#include <sys/syscall.h>
#include <sys/uio.h>
#endif

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <limits>
#include <mutex>
#include <new>

#include "core/sanitizer.hpp"
#include "core/stack_arena.hpp"

#if __has_include(<valgrind/valgrind.h>)
#include <valgrind/valgrind.h>
#endif

#if !defined(MAP_ANONYMOUS)
#define MAP_ANONYMOUS MAP_ANON
#endif
#if !defined(MAP_NORESERVE)
#define MAP_NORESERVE 0
#endif

namespace weft::core {
namespace {

#if defined(__linux__)
// One guard costs up to two mappings; half of the kernel's limit stays for everybody else in the process.
constexpr std::size_t mappings_per_budgeted_guard = 4;
constexpr std::size_t fallback_mapping_limit = 65530;

std::size_t guard_budget() noexcept {
  static const std::size_t budget = [] {
    unsigned long limit = 0;
    if (std::FILE* const file = std::fopen("/proc/sys/vm/max_map_count", "re")) {
      if (std::fscanf(file, "%lu", &limit) != 1) limit = 0;
      std::fclose(file);
    }
    return (limit != 0 ? limit : fallback_mapping_limit) / mappings_per_budgeted_guard;
  }();
  return budget;
}
#else
std::size_t guard_budget() noexcept { return std::numeric_limits<std::size_t>::max(); }
#endif

std::atomic<std::size_t> guards_in_budget{0};

bool take_from_guard_budget() noexcept {
  if (guards_in_budget.fetch_add(1, std::memory_order_relaxed) < guard_budget()) return true;
  guards_in_budget.fetch_sub(1, std::memory_order_relaxed);
  return false;
}

#if defined(__linux__)
constexpr int advice_guard_install = 102;  // MADV_GUARD_INSTALL; headers older than Linux 6.13 lack the name

// Emulators accept advice they do not know, so a success proves nothing: a system call that has to write into the guard
// must fail, too.
bool guard_regions_work() noexcept {
  static const bool work = [] {
    const std::size_t page = page_size();
    void* const area = mmap(nullptr, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (area == MAP_FAILED) return false;
    auto* const guard = static_cast<unsigned char*>(area);
    const bool installed = madvise(guard, page, advice_guard_install) == 0;
    const bool caught = installed && mincore(guard + page, page, guard) == -1 && errno == EFAULT;
    munmap(area, 2 * page);
    return caught;
  }();
  return work;
}
#endif

}  // namespace

std::size_t page_size() noexcept {
  static const std::size_t size = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  return size;
}

std::size_t round_stack_size(std::size_t n) noexcept {
  const std::size_t page = page_size();
  const std::size_t largest = std::numeric_limits<std::size_t>::max() / page * page;
  if (n > largest) return largest;
  const std::size_t wanted = std::max(n, minimum_stack_size);
  return (wanted + page - 1) / page * page;
}

std::size_t stack_used(const stack& of) noexcept {
#if defined(__linux__)
  using residency = unsigned char;
#else
  using residency = char;
#endif
  const std::size_t page = page_size();
  std::array<residency, 256> resident{};
  auto* const base = static_cast<char*>(of.base);
  for (std::size_t offset = 0; offset < of.size; offset += resident.size() * page) {
    const std::size_t bytes = std::min(of.size - offset, resident.size() * page);
    resident.fill(0);
    if (mincore(base + offset, bytes, resident.data()) != 0) return of.size;
    const auto pages = resident.begin() + static_cast<std::ptrdiff_t>(bytes / page);
    const auto first = std::find_if(resident.begin(), pages, [](residency r) { return (r & 1) != 0; });
    if (first != pages) return of.size - offset - static_cast<std::size_t>(first - resident.begin()) * page;
  }
  return 0;
}

void discard_pages(const stack_slot& lowest, const stack_slot& highest) noexcept {
#if defined(__linux__)
  auto* const begin = static_cast<char*>(lowest.handle.base);
  auto* const end = static_cast<char*>(highest.handle.base) + highest.handle.size;
  madvise(begin, static_cast<std::size_t>(end - begin), MADV_DONTNEED);  // leaves the guards in between as they are
#else
  for (const stack_slot* slot = &lowest; slot <= &highest; ++slot)
    madvise(slot->handle.base, slot->handle.size, MADV_FREE);
#endif
}

// ---- who owns this guard?
// --------------------------------------------------------------------------------------------

// One arena as a signal handler sees it. Entries are reused but never freed, so a handler may always follow `next`.
// Writers hold the mutex: (1) version becomes odd, (2) the fields change, (3) version becomes even. A reader takes the
// fields only if the version was even and the same before and after; the arena of the stack it faulted on cannot change
// meanwhile, so skipping an entry that does loses nothing.
struct guard_registry_entry {
  std::atomic<std::uint32_t> version{0};
  std::atomic<std::uintptr_t> begin{0};  // 0: free
  std::atomic<std::uintptr_t> end{0};
  std::atomic<std::size_t> slot{0};
  std::atomic<std::size_t> guard{0};
  guard_registry_entry* next = nullptr;  // constant once the entry is published
};

namespace {

std::atomic<guard_registry_entry*> registry_head{nullptr};
constinit std::mutex registry_mutex;

void write_entry(guard_registry_entry& entry, std::uintptr_t begin, std::uintptr_t end, std::size_t slot,
                 std::size_t guard) noexcept {
  const std::uint32_t version = entry.version.load(std::memory_order_relaxed);
  entry.version.store(version + 1, std::memory_order_relaxed);
  entry.begin.store(begin, std::memory_order_release);  // release: not before the odd version; pairs with find_guard
  entry.end.store(end, std::memory_order_release);
  entry.slot.store(slot, std::memory_order_release);
  entry.guard.store(guard, std::memory_order_release);
  entry.version.store(version + 2, std::memory_order_release);
}

guard_registry_entry* register_arena(const char* begin, std::size_t bytes, std::size_t slot, std::size_t guard) {
  const auto address = reinterpret_cast<std::uintptr_t>(begin);
  const std::lock_guard lock(registry_mutex);
  guard_registry_entry* entry = registry_head.load(std::memory_order_relaxed);
  while (entry != nullptr && entry->begin.load(std::memory_order_relaxed) != 0) entry = entry->next;
  if (entry == nullptr) {
    entry = new guard_registry_entry;
    entry->next = registry_head.load(std::memory_order_relaxed);
    registry_head.store(entry, std::memory_order_release);
  }
  write_entry(*entry, address, address + bytes, slot, guard);
  return entry;
}

void unregister_arena(guard_registry_entry& entry) noexcept {
  const std::lock_guard lock(registry_mutex);
  write_entry(entry, 0, 0, 0, 0);
}

}  // namespace

void hold_guard_registry() noexcept { registry_mutex.lock(); }
void let_go_guard_registry() noexcept { registry_mutex.unlock(); }

std::optional<guard_hit> find_guard(const void* address) noexcept {
  const auto at = reinterpret_cast<std::uintptr_t>(address);
  const guard_registry_entry* entry = registry_head.load(std::memory_order_acquire);
  for (; entry != nullptr; entry = entry->next) {
    const std::uint32_t version = entry->version.load(std::memory_order_acquire);
    const std::uintptr_t begin = entry->begin.load(std::memory_order_acquire);
    const std::uintptr_t end = entry->end.load(std::memory_order_acquire);
    const std::size_t slot = entry->slot.load(std::memory_order_acquire);
    const std::size_t guard = entry->guard.load(std::memory_order_acquire);
    if (version % 2 != 0 || entry->version.load(std::memory_order_relaxed) != version) continue;
    if (at < begin || at >= end) continue;
    const std::uintptr_t in_slot = (at - begin) % slot;
    if (in_slot >= guard) return std::nullopt;
    return guard_hit{reinterpret_cast<const void*>(at - in_slot + guard), slot - guard};
  }
  return std::nullopt;
}

// ---- arenas
// ----------------------------------------------------------------------------------------------------------

namespace {

// A prime, so that neighbours differ whatever order they are used in. At most 2304 bytes: a coroutine that waits not
// deep in calls (1.2 KiB and more are left) still needs one page only.
constexpr std::size_t colours = 37;
constexpr std::size_t cache_line = 64;

std::atomic<std::size_t> next_colour{0};

// An odd number of pages from stack to stack: with an even one the tops would use only half of the TLB's sets.
std::size_t guard_bytes(std::size_t usable) noexcept {
  const std::size_t page = page_size();
  return usable / page % 2 == 0 ? page : 2 * page;
}

}  // namespace

stack_arena* stack_arena::reserve(std::size_t usable, std::size_t slots, guard_kind guards) {
  const std::size_t guard = guard_bytes(usable);
  if (usable > std::numeric_limits<std::size_t>::max() / 2 - guard) throw std::bad_alloc();
  const std::size_t slot = usable + guard;
  slots = std::clamp<std::size_t>(slots, 1, std::numeric_limits<std::size_t>::max() / 2 / slot);

  // NORESERVE: what is promised is address space; committing memory for all of it would refuse a few thousand stacks.
  const auto map = [slot](std::size_t count) {
    return mmap(nullptr, count * slot, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  };
  void* begin = map(slots);
  while (begin == MAP_FAILED && slots > 1) begin = map(slots /= 2);
  if (begin == MAP_FAILED) throw std::bad_alloc();
#if defined(MADV_NOHUGEPAGE)
  madvise(begin, slots * slot, MADV_NOHUGEPAGE);  // one huge page would commit eight stacks; refusal is harmless
#endif
  try {
    return new stack_arena(static_cast<char*>(begin), usable, guard, slots, guards);
  } catch (...) {
    munmap(begin, slots * slot);
    throw;
  }
}

stack_arena::stack_arena(char* begin, std::size_t usable, std::size_t guard, std::size_t slots, guard_kind guards)
    : begin_(begin),
      usable_(usable),
      guard_(guard),
      slot_count_(slots),
      guards_(guards),
      first_colour_(next_colour.fetch_add(slots, std::memory_order_relaxed)),
      slots_(std::make_unique<stack_slot[]>(slots)),
      registered_(register_arena(begin, slots * (usable + guard), usable + guard, guard)) {}

stack_arena::~stack_arena() {
  unregister_arena(*registered_);
  guards_in_budget.fetch_sub(protected_guards_, std::memory_order_relaxed);
  munmap(begin_, slot_count_ * (usable_ + guard_));
}

// Half of what a guard costs is the system call, and whoever has many stacks soon has more: so several at once, where
// the kernel takes a list.
void stack_arena::install_guards_ahead([[maybe_unused]] std::size_t index) noexcept {
#if defined(SYS_process_madvise)
  constexpr std::size_t most = 32;
  constexpr int own_process = -10000;  // PIDFD_SELF; older kernels say EBADF
  std::array<iovec, most> guards{};
  const std::size_t count = std::min({most, index, slot_count_ - index});
  for (std::size_t i = 0; i < count; ++i) guards[i] = {slot_at(index + i), guard_};
  if (count < 2 || !takes_lists_) return;
#if defined(RUNNING_ON_VALGRIND)
  if (RUNNING_ON_VALGRIND) return;  // it does not know the call, and says so at length
#endif
  const long advised = syscall(SYS_process_madvise, own_process, guards.data(), count, advice_guard_install, 0);
  takes_lists_ = advised > 0;
  if (takes_lists_) guarded_ = index + static_cast<std::size_t>(advised) / guard_;
#endif
}

bool stack_arena::install_guard(std::size_t index) noexcept {
  char* const at = slot_at(index);
#if defined(__linux__)
  if (guards_ == guard_kind::best_available && guard_regions_work()) {
    if (index < guarded_) return true;
    install_guards_ahead(index);
    if (index < guarded_) return true;
    if (madvise(at, guard_, advice_guard_install) == 0) return true;  // refused in locked memory (mlockall)
  }
#endif
  if (!take_from_guard_budget()) return false;
  if (mprotect(at, guard_, PROT_NONE) != 0) {
    guards_in_budget.fetch_sub(1, std::memory_order_relaxed);
    return false;
  }
  ++protected_guards_;
  return true;
}

stack_slot* stack_arena::cut() noexcept {
  if (next_ == slot_count_) return nullptr;
  const std::size_t index = next_++;
  char* const base = slot_at(index) + guard_;

  stack_slot& fresh = slots_[index];
  fresh.arena = this;
  fresh.handle.base = base;
  fresh.handle.size = usable_ & SIZE_MAX >> 1;  // no stack is half of the address space: see reserve()
  fresh.handle.top = base + usable_ - (first_colour_ + index) % colours * cache_line;
  fresh.handle.guarded = install_guard(index);
  fresh.handle.slot = &fresh;
#if defined(VALGRIND_STACK_REGISTER)
  fresh.valgrind_id = VALGRIND_STACK_REGISTER(base, base + usable_);
#endif
  holders_.fetch_add(1, std::memory_order_relaxed);
  return &fresh;
}

void stack_arena::let_go([[maybe_unused]] stack_slot& released) noexcept {
#if defined(VALGRIND_STACK_DEREGISTER)
  VALGRIND_STACK_DEREGISTER(released.valgrind_id);
#endif
  drop_holder();
}

void stack_arena::drop_holder() noexcept {
  // acq_rel: whoever deletes must see what all others wrote into the slots
  if (holders_.fetch_sub(1, std::memory_order_acq_rel) == 1) delete this;
}

}  // namespace weft::core
