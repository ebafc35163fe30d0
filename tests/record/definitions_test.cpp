// Which names, places and objects a thread has defined already.
#include "record/definitions.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace weft::record {
namespace {

TEST(DefinedSet, KnowsWhatWasAdded) {
  struct row {
    std::uint64_t id;
    bool is_new;
  };
  defined_set set;

  for (const row& r : std::vector<row>{{1, true}, {1, false}, {63, true}, {64, true}, {63, false}, {100'000, true}}) {
    EXPECT_EQ(set.add(r.id), r.is_new) << r.id;
  }
  set.clear();
  EXPECT_TRUE(set.add(1));
}

TEST(Definitions, AStringIsNewOnce) {
  struct row {
    std::string text;
    std::uint64_t id;
    bool is_new;
  };
  name_table names;
  definitions mine(names);

  for (const row& r :
       std::vector<row>{{"a", 1, true}, {"a", 1, false}, {"b", 2, true}, {"a", 1, false}, {"", 3, true}}) {
    const definitions::number n = mine.string(r.text);
    EXPECT_EQ(n.id, r.id) << r.text;
    EXPECT_EQ(n.is_new, r.is_new) << r.text;
  }
}

// More than the recent ones that are found without the table.
TEST(Definitions, ManyStringsKeepTheirNumbers) {
  name_table names;
  definitions mine(names);
  std::vector<std::uint64_t> ids;
  for (int i = 0; i < 1'000; ++i) ids.push_back(mine.string("name " + std::to_string(i)).id);

  for (int i = 0; i < 1'000; ++i) {
    const definitions::number n = mine.string("name " + std::to_string(i));
    EXPECT_EQ(n.id, ids[static_cast<std::size_t>(i)]);
    EXPECT_FALSE(n.is_new);
  }
}

TEST(Definitions, EachThreadDefinesForItselfWithTheSameNumbers) {
  name_table names;
  definitions one(names), other(names);

  const definitions::number a = one.string("a"), again = other.string("a");

  EXPECT_EQ(again.id, a.id);
  EXPECT_TRUE(again.is_new);
}

TEST(Definitions, ASiteIsNewOnce) {
  name_table names;
  definitions mine(names);
  const source_location here = source_location::current(), there = source_location::current();

  const definitions::number first = mine.site(here), second = mine.site(here);

  EXPECT_TRUE(first.is_new);
  EXPECT_FALSE(second.is_new);
  EXPECT_EQ(second.id, first.id);
  EXPECT_EQ(mine.site(there).id, first.id) << "of one line and function";
}

TEST(Definitions, AnObjectIsNewOnce) {
  name_table names;
  definitions mine(names);

  EXPECT_TRUE(mine.add_object(9));
  EXPECT_FALSE(mine.add_object(9));
}

TEST(Definitions, WhatIsForgottenIsNewWithItsOldNumber) {
  name_table names;
  definitions mine(names);
  const std::uint64_t id = mine.string("a").id;
  mine.add_object(9);

  mine.forget();

  const definitions::number again = mine.string("a");
  EXPECT_EQ(again.id, id);
  EXPECT_TRUE(again.is_new);
  EXPECT_TRUE(mine.add_object(9));
}

}  // namespace
}  // namespace weft::record
