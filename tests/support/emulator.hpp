// A cross build's tests run in a user-mode emulator (cmake/aarch64-linux-gnu.cmake), which is a process of another
// kind than the program in it: it has threads of its own, and the kernel cannot execute the program again. What a test
// has to know of it. In other builds there is none.
#pragma once

#include <unistd.h>

#include <cstddef>
#include <string>
#include <vector>

namespace weft::support {

#if defined(WEFT_TEST_EMULATOR)
// Threads of the emulator itself, counted before the program had any but its first. They are in /proc/self/task, can
// never wake a coroutine, and before main() the core was told so (emulator.cpp).
std::size_t emulator_threads() noexcept;
inline bool emulated() noexcept { return emulator_threads() > 0; }
#else
constexpr bool emulated() noexcept { return false; }
#endif

// exec: this program anew with these arguments, in the emulator if it runs in one. Returns only if that failed.
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
