// Rounding mode and exception masks belong to a context. The sticky "inexact" flags belong to the thread, and must not
// cause a switch to load the control register (that costs ten times the switch).
#include <gtest/gtest.h>

#include <cstdint>

#include "ping_pong.hpp"

namespace weft::testing {
namespace {

#if defined(__x86_64__)

constexpr std::uint32_t sticky_inexact = 0x20;
constexpr std::uint32_t round_up = 0x4000;
constexpr std::uint32_t round_down = 0x2000;
constexpr std::uint16_t x87_single_precision = 0x007f;

std::uint32_t control() {
  std::uint32_t word = 0;
  __asm__ volatile("stmxcsr %0" : "=m"(word));
  return word;
}
void set_control(std::uint32_t word) { __asm__ volatile("ldmxcsr %0" : : "m"(word)); }
std::uint16_t x87_control() {
  std::uint16_t word = 0;
  __asm__ volatile("fnstcw %0" : "=m"(word));
  return word;
}
void set_x87_control(std::uint16_t word) { __asm__ volatile("fldcw %0" : : "m"(word)); }
std::uint32_t sticky() { return control() & 0x3f; }
void set_sticky(std::uint32_t flags) { set_control((control() & ~0x3fu) | flags); }
std::uint32_t mode() { return control() & ~0x3fu; }

#else

constexpr std::uint64_t sticky_inexact = 0x10;
constexpr std::uint64_t round_up = 0x400000;
constexpr std::uint64_t round_down = 0x800000;

std::uint64_t control() {
  std::uint64_t word = 0;
  __asm__ volatile("mrs %0, fpcr" : "=r"(word));
  return word;
}
void set_control(std::uint64_t word) { __asm__ volatile("msr fpcr, %0" : : "r"(word)); }
std::uint64_t sticky() {
  std::uint64_t word = 0;
  __asm__ volatile("mrs %0, fpsr" : "=r"(word));
  return word & 0x9f;
}
void set_sticky(std::uint64_t flags) {
  std::uint64_t word = 0;
  __asm__ volatile("mrs %0, fpsr" : "=r"(word));
  __asm__ volatile("msr fpsr, %0" : : "r"((word & ~std::uint64_t{0x9f}) | flags));
}
std::uint64_t mode() { return control(); }

#endif

class FloatingPoint : public ::testing::Test {
 protected:
  void TearDown() override {
    set_control(before_);
#if defined(__x86_64__)
    set_x87_control(x87_before_);
#endif
  }

 private:
  decltype(control()) before_ = control();
#if defined(__x86_64__)
  std::uint16_t x87_before_ = x87_control();
#endif
};

TEST_F(FloatingPoint, EachContextKeepsItsRoundingMode) {
  decltype(mode()) seen_there = 0;
  const auto original = mode();
  partner other([&](partner& self) {
    set_control(control() | round_up);
    self.back();
    seen_there = mode();
  });

  set_control(control() | round_down);
  other.resume();
  const auto seen_here = mode();
  other.resume();

  EXPECT_EQ(seen_here, original | round_down);
  EXPECT_EQ(seen_there, original | round_up);
}

TEST_F(FloatingPoint, EachContextKeepsItsRoundingModeWhenTheWordsAreGiven) {
  decltype(mode()) seen_there = 0;
  const auto original = mode();
  partner other([&](partner& self) {
    set_control(control() | round_up);
    core::switch_given(self.own_slot(), *self.test_slot(), core::read_control_words());
    seen_there = mode();
  });

  set_control(control() | round_down);
  core::switch_given(other.test_slot(), *other.own_slot(), core::read_control_words());
  const auto seen_here = mode();
  other.resume();

  EXPECT_EQ(seen_here, original | round_down);
  EXPECT_EQ(seen_there, original | round_up);
}

TEST_F(FloatingPoint, EachContextKeepsItsRoundingModeWhenTheSwitchIsInline) {
  decltype(mode()) seen_there = 0;
  const auto original = mode();
  partner other([&](partner& self) {
    set_control(control() | round_up);
    core::switch_inline(self.own_slot(), *self.test_slot(), core::read_control_words());
    seen_there = mode();
  });

  set_control(control() | round_down);
  core::switch_inline(other.test_slot(), *other.own_slot(), core::read_control_words());
  const auto seen_here = mode();
  other.resume();

  EXPECT_EQ(seen_here, original | round_down);
  EXPECT_EQ(seen_there, original | round_up);
}

TEST_F(FloatingPoint, StickyFlagsAloneDoNotLoadTheControlRegisterWhenTheWordsAreGiven) {
  set_sticky(0);
  decltype(sticky()) seen_there = 0;
  partner other([&](partner& self) {
    seen_there = sticky();
    core::switch_given(self.own_slot(), *self.test_slot(), core::read_control_words());
  });

  set_sticky(sticky_inexact);
  core::switch_given(other.test_slot(), *other.own_slot(), core::read_control_words());

  EXPECT_EQ(seen_there, sticky_inexact) << "the new context's own word has the flag clear: somebody loaded it";
}

TEST_F(FloatingPoint, ANewContextBeginsWithTheModeOfTheThreadThatMadeIt) {
  decltype(mode()) seen_there = 0;
  set_control(control() | round_up);
  const auto at_making = mode();
  partner other([&](partner&) { seen_there = mode(); });
  set_control(control() & ~round_up);

  other.resume();

  EXPECT_EQ(seen_there, at_making);
}

TEST_F(FloatingPoint, AFunctionRunOnAnotherStackHasThatContextsMode) {
  set_control(control() | round_up);
  partner other([](partner& self) { self.back(); });
  other.resume();
  set_control(control() & ~round_up);
  decltype(mode()) seen = 0;

  other.resume_with([](void* to) { *static_cast<decltype(mode())*>(to) = mode(); }, &seen);

  EXPECT_EQ(seen, mode() | round_up);
}

TEST_F(FloatingPoint, StickyFlagsAloneDoNotLoadTheControlRegister) {
  set_sticky(0);
  decltype(sticky()) seen_there = 0;
  decltype(sticky()) seen_after_call = 0;
  partner other([&](partner& self) {
    seen_there = sticky();
    self.back();
  });

  set_sticky(sticky_inexact);
  other.resume();
  set_sticky(0);
  other.resume_with([](void* to) { *static_cast<decltype(sticky())*>(to) = sticky(); }, &seen_after_call);

  EXPECT_EQ(seen_there, sticky_inexact) << "the new context's own word has the flag clear: somebody loaded it";
  EXPECT_EQ(seen_after_call, 0u) << "the suspended context's word has the flag set: somebody loaded it";
}

#if defined(__x86_64__)
TEST_F(FloatingPoint, EachContextKeepsItsX87PrecisionWhenTheWordsAreGiven) {
  std::uint16_t seen_there = 0;
  const std::uint16_t original = x87_control();
  partner other([&](partner& self) {
    set_x87_control(x87_single_precision);
    core::switch_given(self.own_slot(), *self.test_slot(), core::read_control_words());
    seen_there = x87_control();
  });

  core::switch_given(other.test_slot(), *other.own_slot(), core::read_control_words());
  const std::uint16_t seen_here = x87_control();
  other.resume();

  EXPECT_EQ(seen_here, original);
  EXPECT_EQ(seen_there, x87_single_precision);
}

TEST_F(FloatingPoint, EachContextKeepsItsX87Precision) {
  std::uint16_t seen_there = 0;
  const std::uint16_t original = x87_control();
  partner other([&](partner& self) {
    set_x87_control(x87_single_precision);
    self.back();
    seen_there = x87_control();
  });

  other.resume();
  const std::uint16_t seen_here = x87_control();
  other.resume();

  EXPECT_EQ(seen_here, original);
  EXPECT_EQ(seen_there, x87_single_precision);
}
#endif

}  // namespace
}  // namespace weft::testing
