// Every output obeys the rules of its format for any trace. The fuzzer's kept inputs are also tried, so that a fixed
// fault stays fixed.
#include <gtest/gtest.h>

#include <filesystem>

#include "cli/window.hpp"
#include "run_weft.hpp"
#include "sample_trace.hpp"
#include "support/every_output.hpp"
#include "support/text_traces.hpp"

namespace weft::tests {
namespace {

void expect_kept_rules(const std::vector<std::uint8_t>& trace) {
  const test_folder folder;
  const std::string other = folder.with("other.weft", sample_schedule().bytes());
  const std::string bytes(trace.begin(), trace.end());
  for (const question& q : all_questions()) EXPECT_EQ(broken_answer(q, bytes, other), "");
  if (!viz::cli::has_window()) return;
  const std::string file = folder.with("trace.weft", bytes), picture = folder.path("trace.svg");
  const outcome drawn = run_weft({"render", file, "-o", picture});
  EXPECT_EQ(drawn.status, 0) << drawn.err;
  EXPECT_EQ(broken_xml(read_file(picture)), "");
}

TEST(OutputRules, HoldForTheKeptInputsOfTheFuzzer) {
  for (const char* const folder : {"/answers", "/text"}) {
    for (const auto& entry : std::filesystem::directory_iterator(std::string(WEFT_FUZZ_CORPUS) + folder)) {
      SCOPED_TRACE(entry.path().string());
      std::vector<std::uint8_t> trace;
      try {
        trace = trace_bytes(read_file(entry.path().string()));
      } catch (const diary::file_error&) {
        continue;  // deliberately not the text of a trace
      }
      expect_kept_rules(trace);
    }
  }
}

TEST(OutputRules, HoldForAnEmptyTrace) { expect_kept_rules(trace_bytes("")); }

TEST(OutputRules, TheCheckerOfXmlFindsWhatIsNone) {
  EXPECT_EQ(broken_xml("<?xml version=\"1.0\"?>\n<a b=\"1\" c=\"&lt;\"><d/>x&amp;y</a>\n"), "");
  for (const char* const text :
       {"", "<a>", "<a></b>", "<a/><b/>", "x<a/>", "<a b=1/>", "<a b=\"1\" b=\"2\"/>", "<a>&</a>", "<a>&nbsp;</a>",
        "<a>\x01</a>", "<a>\xef\xbf\xbf</a>", "<a>\xff</a>", "<a b=\"&\"/>", "<a>]]></a>"}) {
    EXPECT_NE(broken_xml(text), "") << text;
  }
}

TEST(OutputRules, TheCheckerOfCsvFindsWhatIsNone) {
  EXPECT_EQ(broken_csv("a,b\n\"x\"\"y\",-5\n"), "");
  for (const char* const text : {"a,b\nc\n", "a", "\"a", "a\"b\n", "\"a\"b\n", "=1\n", " =1\n", "\"-x\"\n"}) {
    EXPECT_NE(broken_csv(text), "") << text;
  }
}

}  // namespace
}  // namespace weft::tests
