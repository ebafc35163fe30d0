#include "core/other_weft.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <stdexcept>

#include "core/fork.hpp"
#include "core/scheduler.hpp"

#if defined(__ELF__)
#include <link.h>

// Each weft marks the program or library that it is a part of with an ELF note, which the others find although neither
// exports a name: it says where this function is, as a distance from the note.
extern "C" [[gnu::visibility("hidden"), gnu::used]] bool weft_runs_a_coroutine_here() noexcept {
  const weft::core::scheduler* const s = weft::core::scheduler::current();
  return s != nullptr && s->running() != nullptr;
}
asm(R"(
  .pushsection .note.weft, "a", %note
  .balign 4
  .long 5, 4, 1
  .asciz "weft"
  .balign 4
  .long weft_runs_a_coroutine_here - .
  .popsection
)");
#endif

namespace weft::core {

namespace {

#if defined(__ELF__)

using probe = bool (*)() noexcept;

// The probe of the weft in this program or library, null if it has none.
probe probe_of(const dl_phdr_info& module) noexcept {
  for (int i = 0; i < module.dlpi_phnum; ++i) {
    const auto& segment = module.dlpi_phdr[i];
    if (segment.p_type != PT_NOTE) continue;
    const std::size_t align = segment.p_align == 8 ? 8 : 4;
    const auto padded = [align](std::size_t size) { return (size + align - 1) / align * align; };
    const auto* at = reinterpret_cast<const char*>(module.dlpi_addr + segment.p_vaddr);
    const char* const end = at + segment.p_memsz;
    while (end - at >= static_cast<std::ptrdiff_t>(sizeof(ElfW(Nhdr)))) {  // the last one may be padded beyond the end
      const auto& note = *reinterpret_cast<const ElfW(Nhdr)*>(at);
      const char* const name = at + sizeof note;
      const char* const content = name + padded(note.n_namesz);
      if (note.n_namesz == 5 && note.n_descsz == 4 && note.n_type == 1 && std::memcmp(name, "weft", 5) == 0) {
        std::int32_t distance = 0;
        std::memcpy(&distance, content, sizeof distance);
        return reinterpret_cast<probe>(reinterpret_cast<std::intptr_t>(content) + distance);
      }
      at = content + padded(note.n_descsz);
    }
  }
  return nullptr;
}

// Libraries loaded so far when no other weft was found the last time.
std::atomic<unsigned long long> loads_without{0};

struct search {
  bool others = false;         // there is another weft
  const char* here = nullptr;  // whose coroutine runs: the path of its program (empty) or library
  unsigned long long loads = 0;
};

int look_at(dl_phdr_info* module, std::size_t, void* into) noexcept {
  auto& found = *static_cast<search*>(into);
  found.loads = module->dlpi_adds;
  if (found.loads == loads_without.load(std::memory_order_relaxed)) return 1;
  const probe other = probe_of(*module);
  if (other == nullptr || other == &weft_runs_a_coroutine_here) return 0;
  found.others = true;
  if (!other()) return 0;
  found.here = module->dlpi_name;
  return 1;
}

// Whose coroutine runs here if it is another weft's: "the program" or the library's path; else empty.
std::string owner_of_coroutine() {
  search found;
  dl_iterate_phdr(&look_at, &found);
  if (!found.others) loads_without.store(found.loads, std::memory_order_relaxed);
  if (found.here == nullptr) return {};
  return *found.here != '\0' ? found.here : "the program";
}

#else

std::string owner_of_coroutine() { return {}; }

#endif

std::string belongs_to(const std::string& owner) {
  return ": this one belongs to another weft, that of " + owner +
         ". Link the program and its plugins with the shared library (BUILD_SHARED_LIBS=ON) to have only one";
}

}  // namespace

void expect_no_other_weft(std::string_view what) {
  const std::string owner = owner_of_coroutine();
  if (owner.empty()) return;
  throw std::logic_error(std::string(what) + " in a coroutine that it does not know" + belongs_to(owner));
}

std::string outside_of_a_coroutine(std::string_view what) {
  const std::string owner = owner_of_coroutine();
  std::string text = std::string(what) + " outside of a coroutine";
  if (!owner.empty()) text = std::string(what) + " in a coroutine that it does not know" + belongs_to(owner);
  if (owner.empty() && in_forked_child())
    text +=
        ": this is a forked child, which leaves its parent's coroutines and schedulers behind; weft::run starts one";
  return text;
}

}  // namespace weft::core
