#include "support/emulator.hpp"

#include <dirent.h>

#include "core/foreign_threads.hpp"

namespace weft::support {

namespace {

std::size_t others = 0;

// Runs before all constructors of the program, which may start threads.
[[gnu::constructor(101)]] void count_emulator_threads() {
  std::size_t all = 0;
  if (DIR* tasks = opendir("/proc/self/task")) {
    while (const dirent* entry = readdir(tasks)) all += entry->d_name[0] != '.';
    closedir(tasks);
  }
  others = all > 1 ? all - 1 : 0;
  core::disregard_threads(others);
}

}  // namespace

std::size_t emulator_threads() noexcept { return others; }

}  // namespace weft::support
