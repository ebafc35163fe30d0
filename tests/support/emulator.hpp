// A cross build's tests run in a user-mode emulator (cmake/aarch64-linux-gnu.cmake). The emulator is a different kind
// of process than the program in it: it has threads of its own, and the kernel cannot execute the program again. This
// header has what a test must know of the emulator; other builds have none.
#pragma once

#include <unistd.h>

#include <cstddef>
#include <string>
#include <vector>

namespace weft::support {

#if defined(WEFT_TEST_EMULATOR)
// The number of the emulator's own threads, counted while the program had only its first one. They are in
// /proc/self/task but can never wake a coroutine; the core was told before main() (emulator.cpp).
std::size_t emulator_threads() noexcept;
inline bool emulated() noexcept { return emulator_threads() > 0; }
#else
constexpr bool emulated() noexcept { return false; }
#endif

// Executes this program again with these arguments, in the emulator if it runs in one. Returns only if that failed.
inline void execute_self(std::vector<std::string> arguments) {
  std::string program = "/proc/self/exe";
  arguments.insert(arguments.begin(), program);
#if defined(WEFT_TEST_EMULATOR)
  if (emulated()) {
    char self[4096];
    const ssize_t length = readlink("/proc/self/exe", self, sizeof self);
    if (length <= 0) return;
    arguments.front().assign(self, static_cast<std::size_t>(length));
    program = WEFT_TEST_EMULATOR;
    arguments.insert(arguments.begin(), program);
  }
#endif
  std::vector<char*> pointers;
  for (std::string& argument : arguments) pointers.push_back(argument.data());
  pointers.push_back(nullptr);
  execv(program.c_str(), pointers.data());
}

}  // namespace weft::support
