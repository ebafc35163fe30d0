#include <gtest/gtest.h>

#include "trace/words/diary_event.hpp"

namespace weft::diary {
namespace {

constexpr const char* replacement = "\xef\xbf\xbd";

TEST(Sanitised, PrintableTextOfAllLanguagesStays) {
  EXPECT_EQ(sanitised("worker 3"), "worker 3");
  EXPECT_EQ(sanitised("Größe 数据 🧵"), "Größe 数据 🧵");
}

TEST(Sanitised, AnEscapeSequenceLosesItsEscape) { EXPECT_EQ(sanitised("\x1b[31mred"), "\\x1b[31mred"); }

TEST(Sanitised, WhatIsNoCharacterIsSpelledOut) { EXPECT_EQ(sanitised("a\xef\xbf\xbe\xef\xbf\xbf"), "a\\ufffe\\uffff"); }

TEST(Sanitised, LineEndsAndTabsBecomeSpaces) { EXPECT_EQ(sanitised("a\nb\tc\rd"), "a b c d"); }

TEST(Sanitised, C1ControlsInUtf8AreEscaped) {
  EXPECT_EQ(sanitised("\xc2\x9b"
                      "31m"),
            "\\x9b31m");
}

TEST(Sanitised, DirectionOverridesAreEscaped) {
  EXPECT_EQ(sanitised("\xe2\x80\xae"
                      "abc"),
            "\\u202eabc");
}

TEST(Sanitised, EachInvalidByteIsReplaced) {
  EXPECT_EQ(sanitised("\xff"), replacement);
  EXPECT_EQ(sanitised("a\x80z"), std::string("a") + replacement + "z");
}

TEST(Sanitised, OverlongSurrogateAndTooLargeFormsAreInvalid) {
  EXPECT_EQ(sanitised("\xc0\xaf"), std::string(replacement) + replacement);
  EXPECT_EQ(sanitised("\xed\xa0\x80").substr(0, 3), replacement);
  EXPECT_EQ(sanitised("\xf5\x80\x80\x80").substr(0, 3), replacement);
}

TEST(Sanitised, ASequenceCutOffAtTheEndIsReplaced) {
  EXPECT_EQ(sanitised("ab\xe2\x82"), std::string("ab") + replacement + replacement);
}

TEST(Sanitised, TwiceIsTheSameAsOnce) {
  const std::string once = sanitised("\x1b]0;\x07\xff\\x1b \"q\" \xe2\x80\xa8");

  EXPECT_EQ(sanitised(once), once);
}

}  // namespace
}  // namespace weft::diary
