#include "trace/words/schema.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "trace/file/chunk_writer.hpp"

namespace weft::diary {
namespace {

TEST(Schema, NamesAreUniqueAndFitTheFile) {
  std::set<std::string_view> names;

  for (const event_schema& s : all_event_schemas()) {
    EXPECT_TRUE(names.insert(s.name).second) << s.name;
    EXPECT_LE(s.name.size(), 23u) << s.name;
    EXPECT_EQ(find_schema(s.name), &s);
    EXPECT_EQ(find_schema(s.type), &s);
  }
}

TEST(Schema, NoArgumentTakesAKeyOfTheJsonObject) {
  const std::set<std::string_view> taken{"n", "t_ns", "thread", "type", "coroutine", "name", "text"};

  for (const event_schema& s : all_event_schemas()) {
    std::set<std::string_view> keys = taken;
    for (std::size_t i = 0; i < s.arg_count; ++i) {
      EXPECT_TRUE(keys.insert(s.arg_names[i]).second) << s.name << ' ' << s.arg_names[i];
      EXPECT_NE(s.kinds[i], arg_kind::none) << s.name << ' ' << s.arg_names[i];
    }
  }
}

TEST(Schema, UnknownEventsHaveNone) {
  EXPECT_EQ(find_schema(static_cast<event_type>(255)), nullptr);
  EXPECT_EQ(find_schema(event_type::none), nullptr);
  EXPECT_EQ(find_schema("no_such_event"), nullptr);
}

TEST(Schema, TheFileHeaderHasRoomForAllAndMore) {
  file_header header;
  init_file_header(header);

  EXPECT_EQ(header.schema_count, all_event_schemas().size());
  EXPECT_LT(header.schema_count + 8, schema_capacity);
}

}  // namespace
}  // namespace weft::diary
