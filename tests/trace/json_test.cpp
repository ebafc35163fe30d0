#include <gtest/gtest.h>

#include <sstream>
#include <string>

#include "support/text_traces.hpp"
#include "trace/text/text_quote.hpp"

namespace weft::diary {
namespace {

std::string json_of(const std::string& lines, const dump_filter& filter = {}) {
  std::ostringstream out;
  dump_json(tests::trace_history(lines), out, filter);
  return out.str();
}

TEST(Json, ASpawnIsAboutTheSpawned) {
  EXPECT_EQ(json_of("0.0 T0 string id=1 text=\"a\\\"b\"\n1.5 T0 spawn slot=4 id=9 called=1\n", {1, INT64_MAX, 0}),
            "{\"n\": 1, \"t_ns\": 1500000000, \"thread\": 0, \"type\": \"spawn\", \"coroutine\": 9, "
            "\"name\": \"a\\\"b\", \"slot\": 4, \"slot_id\": 9, \"id\": 9, \"parent\": 0, \"parent_id\": 0, "
            "\"called\": \"a\\\"b\", \"site\": \"\"}\n");
}

TEST(Json, ASwitchIsAboutWhoRanAndAnEnterAboutWhoRuns) {
  const std::string text =
      json_of("0.0 T0 spawn slot=4 id=9\n0.0 T0 spawn slot=5 id=10\n0.1 T0 enter to=4\n0.2 T0 sleep to=5 delay_ns=7\n",
              {1, INT64_MAX, 0});

  EXPECT_EQ(text,
            "{\"n\": 2, \"t_ns\": 100000000, \"thread\": 0, \"type\": \"enter\", \"coroutine\": 9, \"name\": \"\", "
            "\"to\": 4, \"to_id\": 9}\n"
            "{\"n\": 3, \"t_ns\": 200000000, \"thread\": 0, \"type\": \"sleep\", \"coroutine\": 9, \"name\": \"\", "
            "\"to\": 5, \"to_id\": 10, \"delay_ns\": 7}\n");
}

TEST(Json, AWakeIsAboutTheWokenAndNamesItsObject) {
  const std::string text = json_of(
      "0.0 T0 object id=3 kind=queue text=\"jobs\"\n0.0 T0 spawn slot=4 id=9\n0.0 T0 enter to=4\n"
      "0.0 T0 block to=0 reason=queue_get object=3\n0.5 T0 wake slot=4 cause=granted object=3\n",
      {1, INT64_MAX, 0});

  EXPECT_EQ(text,
            "{\"n\": 4, \"t_ns\": 500000000, \"thread\": 0, \"type\": \"wake\", \"coroutine\": 9, \"name\": \"\", "
            "\"slot\": 4, \"slot_id\": 9, \"cause\": \"granted\", \"object\": 3, \"object_name\": "
            "\"queue “jobs”\"}\n");
}

TEST(Json, NumbersThatJsonDoesNotHaveAreNull) {
  const std::string text = json_of("0.0 T0 counter counter=1 value=0x7ff8000000000000\n0.0 T0 counter value=-2.5\n");

  EXPECT_NE(text.find("\"value\": null}"), std::string::npos);
  EXPECT_NE(text.find("\"value\": -2.5}"), std::string::npos);
}

TEST(Json, TextsAreSanitisedAndEscaped) {
  EXPECT_NE(json_of("0.0 T0 mark text=\"\\x1b\\xff\\\\ \\\"\"\n").find("\"text\": \"\\\\x1b\xef\xbf\xbd\\\\ \\\"\"}"),
            std::string::npos);
}

TEST(Json, ControlCharactersAndInvalidBytesNeverReachTheOutput) {
  std::string out;
  append_json(out, std::string("\x01\n\"\\\x7f\xff", 6));

  EXPECT_EQ(out, "\"\\u0001\\u000a\\\"\\\\\\u007f\xef\xbf\xbd\"");
}

}  // namespace
}  // namespace weft::diary
