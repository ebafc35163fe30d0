// The one C++ file that knows the assembler's frame. The struct below is the same frame as in asm/context_layout.h, and
// the static_asserts keep it so: a changed offset fails here and not in somebody's register.
#include "core/context.hpp"

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <new>

#include "context_layout.h"

namespace weft::core {
namespace {

#if defined(__x86_64__)

struct frame {
  std::uint32_t mxcsr;
  std::uint16_t x87_control_word;
  std::uint16_t unused;
  std::uint64_t r12, r13, r14, r15, rbx, rbp, rip;
};
static_assert(offsetof(frame, mxcsr) == WEFT_FRAME_MXCSR);
static_assert(offsetof(frame, x87_control_word) == WEFT_FRAME_X87_CW);
static_assert(offsetof(frame, r12) == WEFT_FRAME_R12);
static_assert(offsetof(frame, r13) == WEFT_FRAME_R13);
static_assert(offsetof(frame, r14) == WEFT_FRAME_R14);
static_assert(offsetof(frame, r15) == WEFT_FRAME_R15);
static_assert(offsetof(frame, rbx) == WEFT_FRAME_RBX);
static_assert(offsetof(frame, rbp) == WEFT_FRAME_RBP);
static_assert(offsetof(frame, rip) == WEFT_FRAME_RIP);
static_assert(WEFT_MXCSR_STICKY_FLAGS == 0x3f, "as in context.hpp");
static_assert(WEFT_FRAME_PUSHED + sizeof(void*) == WEFT_FRAME_SIZE, "the call itself pushes the return address");

constexpr std::size_t control_offset = WEFT_FRAME_MXCSR;  // and the x87 control word above it

#elif defined(__aarch64__)

struct frame {
  std::uint64_t d8, d9, d10, d11, d12, d13, d14, d15;
  std::uint64_t x19, x20, x21, x22, x23, x24, x25, x26, x27, x28, x29, x30;
  std::uint64_t fpcr;
  std::uint64_t unused;
};
static_assert(offsetof(frame, d8) == WEFT_FRAME_D8);
static_assert(offsetof(frame, d10) == WEFT_FRAME_D10);
static_assert(offsetof(frame, d12) == WEFT_FRAME_D12);
static_assert(offsetof(frame, d14) == WEFT_FRAME_D14);
static_assert(offsetof(frame, x19) == WEFT_FRAME_X19);
static_assert(offsetof(frame, x21) == WEFT_FRAME_X21);
static_assert(offsetof(frame, x23) == WEFT_FRAME_X23);
static_assert(offsetof(frame, x25) == WEFT_FRAME_X25);
static_assert(offsetof(frame, x27) == WEFT_FRAME_X27);
static_assert(offsetof(frame, x29) == WEFT_FRAME_X29);
static_assert(offsetof(frame, x30) == WEFT_FRAME_X30);
static_assert(offsetof(frame, fpcr) == WEFT_FRAME_FPCR);

constexpr std::size_t control_offset = WEFT_FRAME_FPCR;

#endif

static_assert(sizeof(frame) == WEFT_FRAME_SIZE);
static_assert(WEFT_FRAME_SIZE % 16 == 0, "both ABIs want a 16-aligned stack pointer at the entry");

// Zero words above the first frame: a debugger or profiler that walks frame pointers or return addresses instead of CFI
// reads an end there, and not the neighbouring mapping.
constexpr std::size_t end_marker_size = 16;

}  // namespace

void* make_context(void* stack_top, void (*entry)(void*), void* arg, float_control control) noexcept {
  auto* const top = static_cast<char*>(stack_top) - reinterpret_cast<std::uintptr_t>(stack_top) % 16;
  char* const at = top - end_marker_size - sizeof(frame);
  const auto word = [at](std::size_t offset, auto value) {
    static_assert(sizeof(value) == 8);
    std::memcpy(at + offset, &value, sizeof(value));
  };

  // In place and word by word, as the switch will read it: a load over several stores waits for them (15 ns a spawn).
  [[maybe_unused]] frame* const first = ::new (static_cast<void*>(at)) frame{};  // a debugger reads it, too
  std::memset(at + sizeof(frame), 0, end_marker_size);
  word(control_offset, control.bits);
  word(WEFT_FRAME_ENTRY, entry);
  word(WEFT_FRAME_ARGUMENT, arg);
  word(WEFT_FRAME_RESUME, &weft_context_entry);
  return at;
}

}  // namespace weft::core
