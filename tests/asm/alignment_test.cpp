// The stack pointer is a multiple of 16 wherever the ABI demands it; otherwise SSE spills would crash.
#include <gtest/gtest.h>

#include <cstdint>

#include "ping_pong.hpp"

namespace weft::testing {
namespace {

// The caller's stack pointer at the call: a multiple of 16 in both ABIs.
[[gnu::always_inline]] inline std::uintptr_t canonical_frame_address() {
  return reinterpret_cast<std::uintptr_t>(__builtin_dwarf_cfa());
}

struct trial {
  void* test = nullptr;
  void* other = nullptr;
  std::uintptr_t seen = 1;
};

[[gnu::noinline]] void report_and_go_back(void* argument) {
  auto& of = *static_cast<trial*>(argument);
  of.seen = canonical_frame_address();
  weft_switch(&of.other, of.test);
}

alignas(16) std::byte memory[64 * 1024];

TEST(Alignment, EntryIsCalledWithAnAlignedStack) {
  trial of;
  of.other = core::make_context(memory + sizeof(memory), &report_and_go_back, &of);

  weft_switch(&of.test, of.other);

  EXPECT_EQ(of.seen % 16, 0u);
}

TEST(Alignment, AnOddStackTopIsRoundedDown) {
  trial of;
  of.other = core::make_context(memory + sizeof(memory) - 7, &report_and_go_back, &of);

  weft_switch(&of.test, of.other);

  EXPECT_EQ(of.seen % 16, 0u);
  EXPECT_LE(of.seen, reinterpret_cast<std::uintptr_t>(memory + sizeof(memory) - 7));
}

TEST(Alignment, TheSavedStackPointerIsAligned) {
  partner other([](partner& self) { self.back(); });

  other.resume();

  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(*other.own_slot()) % 16, 0u);
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(*other.test_slot()) % 16, 0u);
}

[[gnu::noinline]] void report(void* seen) { *static_cast<std::uintptr_t*>(seen) = canonical_frame_address(); }

TEST(Alignment, AFunctionRunOnASuspendedContextHasAnAlignedStack) {
  std::uintptr_t seen = 1;
  partner other([](partner& self) { self.back(); });
  other.resume();

  other.resume_with(&report, &seen);

  EXPECT_EQ(seen % 16, 0u);
}

TEST(Alignment, AFunctionRunOnANewContextHasAnAlignedStack) {
  std::uintptr_t seen = 1;
  partner other([](partner&) {});

  other.resume_with(&report, &seen);

  EXPECT_EQ(seen % 16, 0u);
}

}  // namespace
}  // namespace weft::testing
