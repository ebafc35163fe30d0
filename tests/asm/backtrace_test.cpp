// Unwinders walk through a switch and stop at the entry.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unwind.h>

#include <cstdint>
#include <vector>

#include "ping_pong.hpp"

#if __has_include(<execinfo.h>)
#include <execinfo.h>
#endif

namespace weft::testing {
namespace {

using code_address = std::uintptr_t;

// The start address of the function of each frame, innermost first, and how the walk ended.
struct walk {
  std::vector<code_address> functions;
  _Unwind_Reason_Code end = _URC_NO_REASON;
};

_Unwind_Reason_Code note_frame(_Unwind_Context* context, void* to) {
  auto& functions = static_cast<walk*>(to)->functions;
  if (_Unwind_GetIP(context) == 0) return _URC_NO_REASON;  // the end itself is reported like a frame
  if (functions.size() == 200) return _URC_NORMAL_STOP;
  functions.push_back(_Unwind_GetRegionStart(context));
  return _URC_NO_REASON;
}

[[gnu::noinline]] void take_walk(void* to) {
  auto& result = *static_cast<walk*>(to);
  result.end = _Unwind_Backtrace(&note_frame, &result);
}

// The entry's unwind description starts one instruction before its label, see the .S files.
bool is_entry(code_address region) {
  const auto label = reinterpret_cast<code_address>(&weft_context_entry);
  return region < label && label - region <= 4;
}

TEST(Backtrace, EndsAtTheEntryOfARunningContext) {
  walk found;
  partner other([&](partner&) { take_walk(&found); });

  other.resume();

  EXPECT_EQ(found.end, _URC_END_OF_STACK);
  ASSERT_FALSE(found.functions.empty());
  EXPECT_TRUE(is_entry(found.functions.back()));
}

TEST(Backtrace, OfASuspendedContextEndsAtItsEntryToo) {
  walk found;
  partner other([](partner& self) { self.back(); });
  other.resume();

  other.resume_with(&take_walk, &found);

  EXPECT_EQ(found.end, _URC_END_OF_STACK);
  ASSERT_FALSE(found.functions.empty());
  EXPECT_TRUE(is_entry(found.functions.back()));
}

TEST(Backtrace, OfAContextThatNeverRanHoldsTheFunctionAndTheEntry) {
  walk found;
  partner other([](partner&) {});

  other.resume_with(&take_walk, &found);

  EXPECT_EQ(found.end, _URC_END_OF_STACK);
  ASSERT_EQ(found.functions.size(), 2u);
  EXPECT_TRUE(is_entry(found.functions.back()));
}

TEST(Backtrace, OfASuspendedContextShowsWhoSuspendedIt) {
  struct suspender {
    [[gnu::noinline]] static void suspend(partner& self) {
      self.back();
      __asm__ volatile("" ::: "memory");  // not the function's last action, so that its frame exists
    }
  };
  walk found;
  partner other([](partner& self) { suspender::suspend(self); });
  other.resume();

  other.resume_with(&take_walk, &found);

  EXPECT_THAT(found.functions, ::testing::Contains(reinterpret_cast<code_address>(&suspender::suspend)));
}

#if __has_include(<execinfo.h>)
TEST(Backtrace, OfTheCLibraryEndsAtTheEntry) {
  std::vector<void*> frames(100);
  partner other([&](partner&) {
    frames.resize(static_cast<std::size_t>(::backtrace(frames.data(), static_cast<int>(frames.size()))));
  });

  other.resume();

  ASSERT_FALSE(frames.empty());
  ASSERT_LT(frames.size(), 100u);
  const auto entry = reinterpret_cast<code_address>(&weft_context_entry);
  const auto last = reinterpret_cast<code_address>(frames.back());
  EXPECT_GE(last, entry);
  EXPECT_LE(last, entry + 32);
}
#endif

}  // namespace
}  // namespace weft::testing
