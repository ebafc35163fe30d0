// Asked only when a scheduler would sleep without end.
#include "core/outside.hpp"

#include <unistd.h>

#include <atomic>

#include "core/foreign_threads.hpp"
#include "core/sanitizer.hpp"

#if defined(__linux__)
#include <dirent.h>
#elif defined(__APPLE__)
#include <mach/mach.h>
#endif

namespace weft::core {

namespace {

std::atomic<std::size_t> own_threads{0};
std::atomic<std::size_t> disregarded_threads{0};
std::atomic<std::size_t> works{0};

// Threads of the whole process, the calling one included.
std::size_t threads_of_process() noexcept {
  std::size_t count = 0;
#if defined(__linux__)
  if (DIR* tasks = opendir("/proc/self/task")) {
    while (const dirent* entry = readdir(tasks)) count += entry->d_name[0] != '.';
    closedir(tasks);
  }
#elif defined(__APPLE__)
  thread_act_array_t threads = nullptr;
  mach_msg_type_number_t found = 0;
  if (task_threads(mach_task_self(), &threads, &found) == KERN_SUCCESS) {
    for (mach_msg_type_number_t i = 0; i < found; ++i) mach_port_deallocate(mach_task_self(), threads[i]);
    vm_deallocate(mach_task_self(), reinterpret_cast<vm_address_t>(threads), found * sizeof(*threads));
    count = found;
  }
#endif
  // Where it cannot be counted there may be others: better no deadlock_error than a wrong one.
  return count == 0 ? 2 : count;
}

#if defined(WEFT_TSAN)
const pid_t first_process = getpid();
// TSan's background thread; a forked child gets one of its own, and another one with its first thread.
std::size_t sanitizer_threads() noexcept { return getpid() == first_process ? 1 : 2; }
#else
constexpr std::size_t sanitizer_threads() noexcept { return 0; }
#endif

}  // namespace

std::size_t outside_threads() noexcept {
  const std::size_t mine = 1 + own_threads.load(std::memory_order_relaxed) +
                           disregarded_threads.load(std::memory_order_relaxed) + sanitizer_threads();
  const std::size_t all = threads_of_process();
  return all > mine ? all - mine : 0;
}

void disregard_threads(std::size_t count) noexcept { disregarded_threads.store(count, std::memory_order_relaxed); }

own_thread_mark::own_thread_mark() noexcept { own_threads.fetch_add(1, std::memory_order_relaxed); }
own_thread_mark::~own_thread_mark() { own_threads.fetch_sub(1, std::memory_order_relaxed); }

outside_work::outside_work() noexcept { works.fetch_add(1, std::memory_order_relaxed); }
outside_work::~outside_work() { works.fetch_sub(1, std::memory_order_relaxed); }
void forget_outside_in_child() noexcept {
  own_threads.store(0, std::memory_order_relaxed);
  works.store(0, std::memory_order_relaxed);
}
bool outside_work_under_way() noexcept { return works.load(std::memory_order_relaxed) > 0; }

}  // namespace weft::core
