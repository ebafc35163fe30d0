// Protects mappings of files that other processes may cut. An access to a page behind the new end raises SIGBUS, which
// would end the process. The guard maps zeroes there instead, marks the loss for the mapping's owner, and the thread
// goes on.
//
// Why a signal handler: nothing prevents the truncation of an ordinary file (seals are for memory files, locks are
// advisory). Checking the size before each store is too slow and too early. With write(2) the events of a killed
// process would not be in the file. The handler is installed only while a mapping is guarded, acts only on addresses of
// guarded mappings, and forwards every other SIGBUS to the previous handler. If the program installs its own handler
// later, that handler decides. A thread that blocks SIGBUS cannot be helped: the kernel ends the process.
#pragma once

#include <atomic>
#include <cstddef>
#include <string>

namespace weft::diary {

// Reports a loss to the owner of guarded mappings. Must outlive the guards.
struct mapping_loss {
  std::atomic<bool> happened = false;
  std::string message;  // written to stderr once, at the loss; may be empty. Set before the first guard
};

// Guards [memory, memory + size), whole pages, while the object exists.
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

// True if a mapped file was ever cut while this process read it.
bool a_mapped_file_was_cut() noexcept;

}  // namespace weft::diary
