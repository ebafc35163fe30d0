#include "trace/words/schema.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>
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

TEST(Schema, EachSubjectIsInTheArguments) {
  for (const event_schema& s : all_event_schemas()) {
    EXPECT_NE(s.family, event_family::unknown) << s.name;
    EXPECT_EQ(family_of(s.type), s.family) << s.name;
    EXPECT_EQ(subject_of(s.type), s.subject) << s.name;
    const bool needs_slot = s.subject != event_subject::running || is_switch(s.type) || is_wake(s.type);
    EXPECT_TRUE(!needs_slot || s.kinds[0] == arg_kind::slot) << s.name;
    if (!is_of_newcomer(s.type)) continue;
    const std::array expected{arg_kind::slot, arg_kind::coroutine, arg_kind::slot, arg_kind::string, arg_kind::site};
    EXPECT_TRUE(std::equal(expected.begin(), expected.end(), s.kinds.begin())) << s.name;
  }
}

// By number.
constexpr std::array kind_words{"none",        "count",      "slot",        "coroutine",   "string",      "site",
                                "object",      "fd",         "nanoseconds", "status",      "wait_reason", "wake_cause",
                                "object_kind", "ready_bits", "real",        "signed_count"};

TEST(Schema, TheFormatPageHasARowForEachEvent) {
  std::ifstream file(WEFT_FORMAT_PAGE);
  const std::string page((std::istreambuf_iterator<char>(file)), {});
  ASSERT_FALSE(page.empty()) << WEFT_FORMAT_PAGE;

  for (const event_schema& s : all_event_schemas()) {
    std::string row = "\n| " + std::to_string(static_cast<unsigned>(s.type)) + " | `" + std::string(s.name) + "` | ";
    for (std::size_t i = 0; i < s.arg_count; ++i) {
      row += (i != 0 ? ", " : "") + std::string(s.arg_names[i]) + ": " +
             kind_words.at(static_cast<std::size_t>(s.kinds[i]));
    }
    if (s.has_text) row += s.arg_count != 0 ? "; text" : "text";
    EXPECT_NE(page.find(row), std::string::npos) << "docs/trace-format.md lacks a row that begins:" << row;
  }
}

TEST(Schema, UnknownEventsHaveNone) {
  EXPECT_EQ(family_of(static_cast<event_type>(255)), event_family::unknown);
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
