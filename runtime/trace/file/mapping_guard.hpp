// Mapped files that others may cut. A page behind the new end faults with SIGBUS, which ends the process; here the page
// becomes zeroes of our own, the owner of the mapping is told, and the thread goes on.
//
// Why a signal handler: nothing keeps others from truncating an ordinary file (seals are for memory files, locks are
// advisory), looking at its size before each store is too dear and too early, and writing through write(2) would lose
// what a mapping gives, that the events of a killed process are in the file. The handler exists only while something is
// guarded, answers only for addresses of guarded mappings, and hands every other SIGBUS to whom it belonged before. A
// program that installs its own handler later keeps it, and then decides itself. A thread that has SIGBUS blocked
// cannot be helped: the kernel ends the process.
#pragma once

#include <atomic>
#include <cstddef>
#include <string>

namespace weft::diary {

// What the owner of guarded mappings is told. Must outlive them.
struct mapping_loss {
  std::atomic<bool> happened = false;
  std::string message;  // written to stderr, once, when it happens; may be empty. Set before the first guard
};

// For as long as it exists [memory, memory + size) is guarded. Whole pages.
class mapping_guard {
 public:
  // Throws std::bad_alloc.
  mapping_guard(void* memory, std::size_t size, mapping_loss& loss);
  ~mapping_guard();
  mapping_guard(mapping_guard&& other) noexcept;
  mapping_guard& operator=(mapping_guard&&) = delete;
  mapping_guard(const mapping_guard&) = delete;

 private:
  struct place;
  friend struct bus_handler;
  place* place_;
};

// A file that this process reads was cut under its mapping, some time.
bool a_mapped_file_was_cut() noexcept;

}  // namespace weft::diary
