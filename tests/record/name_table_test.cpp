// Names get numbers: equal names get the same one, different names different ones, for any number of names.
#include "record/name_table.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <string_view>

namespace weft::record {
namespace {

using namespace std::string_view_literals;

TEST(NameTable, TheSameNameHasTheSameNumber) {
  name_table names;
  const std::uint64_t a = names.string("worker");
  const std::uint64_t b = names.string("reader");

  EXPECT_NE(a, 0u);
  EXPECT_NE(a, b);
  EXPECT_EQ(names.string(std::string("wor") + "ker"), a);
}

TEST(NameTable, ManyNamesHaveAsManyNumbers) {
  name_table names;
  std::set<std::uint64_t> numbers;
  for (int i = 0; i < 200'000; ++i) numbers.insert(names.string("connection 10.0.0.1:" + std::to_string(i)));

  EXPECT_EQ(numbers.size(), 200'000u);
  EXPECT_EQ(names.string("connection 10.0.0.1:77"), names.string("connection 10.0.0.1:77"));
  EXPECT_LE(*numbers.rbegin(), 200'000u);
}

TEST(NameTable, ZeroesAndLengthsCount) {
  name_table names;
  const std::set<std::uint64_t> numbers{names.string(""),         names.string("\0"sv),        names.string("\0\0"sv),
                                        names.string("a"),        names.string("a\0"sv),       names.string("\0a"sv),
                                        names.string("12345678"), names.string("12345678\0"sv)};

  EXPECT_EQ(numbers.size(), 8u);
}

TEST(NameTable, ASiteIsItsFileLineAndFunction) {
  name_table names;
  const std::set<std::uint64_t> numbers{names.site("ab", 1, "c"), names.site("a", 1, "bc"), names.site("ab", 2, "c"),
                                        names.site("ab", 1, "d")};

  EXPECT_EQ(numbers.size(), 4u);
  EXPECT_EQ(names.site("ab", 1, "c"), names.site("ab", 1, "c"));
}

}  // namespace
}  // namespace weft::record
