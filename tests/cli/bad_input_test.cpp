// Input that is no readable trace, or only the beginning of one.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "run_weft.hpp"
#include "sample_trace.hpp"

namespace weft::tests {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

// Every command that reads a trace, with the arguments that it needs besides the file.
class BadInput : public ::testing::TestWithParam<const char*> {
 protected:
  outcome run(const std::string& file, const std::string& input = "") const {
    const std::string command = GetParam();
    std::vector<std::string> words{command, file};
    if (command == "why") words.push_back("#1");
    if (command == "diff") words.push_back(good_file_);
    if (command == "export") words.insert(words.end(), {"--to", "csv", "-o", "-"});
    return run_weft(words, input);
  }
  // Status 3 and exactly one line that names the input.
  static void expect_unreadable(const outcome& result, const std::string& where) {
    EXPECT_EQ(result.status, 3);
    EXPECT_EQ(result.out, "");
    EXPECT_EQ(line_count(result.err), 1U) << result.err;
    EXPECT_THAT(result.err, StartsWith("weft: " + where + ": "));
  }

  // 0, or 1 if the answer about a good trace is no.
  static void expect_readable(const outcome& result) {
    const std::string command = GetParam();
    EXPECT_LE(result.status, command == "check" || command == "diff" ? 1 : 0) << result.out << result.err;
  }

  const test_folder folder_;
  const std::string good_file_ = folder_.with("good.weft", sample_schedule().bytes());
};

INSTANTIATE_TEST_SUITE_P(Reading, BadInput,
                         ::testing::Values("info", "stat", "state", "tree", "why", "dump", "check", "validate", "diff",
                                           "export"),
                         [](const auto& test) { return std::string(test.param); });

TEST_P(BadInput, MissingFileIsUnreadable) {
  expect_unreadable(run(folder_.path("missing.weft")), folder_.path("missing.weft"));
}

TEST_P(BadInput, EmptyFileIsUnreadable) {
  const std::string file = folder_.with("empty.weft", "");
  expect_unreadable(run(file), file);
}

TEST_P(BadInput, FolderIsUnreadable) {
  const std::string file = folder_.path(".");
  expect_unreadable(run(file), file);
}

TEST_P(BadInput, RandomBytesAreUnreadable) {
  std::mt19937 random(1);
  std::string bytes(100000, '\0');
  for (char& c : bytes) c = static_cast<char>(random());
  const std::string file = folder_.with("random.weft", bytes);

  expect_unreadable(run(file), file);
}

TEST_P(BadInput, EmptyStandardInputIsUnreadable) { expect_unreadable(run("-"), "standard input"); }

TEST_P(BadInput, HeaderCutInTwoIsUnreadable) {
  const std::string file = folder_.with("cut.weft", sample_schedule().bytes().substr(0, 2000));
  expect_unreadable(run(file), file);
}

TEST_P(BadInput, TraceOfAProgramThatDiedIsGoodWithAWarning) {
  const outcome result = run(folder_.with("died.weft", sample_schedule(false).bytes()));

  expect_readable(result);
  EXPECT_THAT(result.err, HasSubstr("warning: the recording did not end properly"));
  EXPECT_EQ(line_count(result.err), 1U) << result.err;
}

TEST_P(BadInput, TraceCutInsideAChunkIsReadWithAWarningAndNotValid) {
  const std::string whole = sample_schedule(false).bytes();
  const outcome result = run(folder_.with("cut.weft", whole.substr(0, diary::file_header_bytes + 300)));

  if (std::string(GetParam()) == "validate") {
    EXPECT_EQ(result.status, 1);
  } else {
    expect_readable(result);
  }
  EXPECT_THAT(result.err, HasSubstr("warning"));
}

TEST_P(BadInput, HeaderWithoutEventsIsReadable) {
  const outcome result = run(folder_.with("header.weft", trace_builder().bytes()));

  if (std::string(GetParam()) == "why") {
    EXPECT_EQ(result.status, 2) << "there is no coroutine to ask about";
  } else {
    expect_readable(result);
  }
}

TEST(BadInputOfLoad, TextThatIsNoDumpIsUnreadable) {
  const test_folder folder;
  const std::string out = folder.path("out.weft");

  const outcome result = run_weft({"load", "-", "-o", out}, "this is no dump\n");

  EXPECT_EQ(result.status, 3);
  EXPECT_EQ(line_count(result.err), 1U) << result.err;
  EXPECT_EQ(read_file(out), "");
}

TEST(BadInputOfLoad, MissingFileIsUnreadable) {
  const test_folder folder;

  EXPECT_EQ(run_weft({"load", folder.path("missing.txt"), "-o", folder.path("out.weft")}).status, 3);
}

TEST(BadInputOfLoad, FolderIsUnreadable) {
  const test_folder folder;

  EXPECT_EQ(run_weft({"load", folder.path("."), "-o", folder.path("out.weft")}).status, 3);
}

TEST(BadInputOfLoad, OutputThatCannotBeCreatedIsWrongUse) {
  const test_folder folder;
  const std::string text = run_weft({"dump", folder.with("sample.weft", sample_schedule().bytes())}).out;

  const outcome result = run_weft({"load", "-", "-o", folder.path("no/such/folder.weft")}, text);

  EXPECT_EQ(result.status, 2);
  EXPECT_THAT(result.err, HasSubstr("cannot create"));
}

TEST(BadInputOfRender, PictureOfUnknownKindIsWrongUse) {
  const test_folder folder;
  const std::string file = folder.with("sample.weft", sample_schedule().bytes());

  EXPECT_EQ(run_weft({"render", file, "-o", "picture.gif"}).status, 2);
  EXPECT_EQ(run_weft({"render", file, "-o", "picture.png", "--size", "huge"}).status, 2);
  EXPECT_EQ(run_weft({"render", file, "-o", "picture.png", "--from", "2s", "--to", "1s"}).status, 2);
}

TEST(BadInputOfView, MissingFileIsUnreadableBeforeAnyWindow) {
  const test_folder folder;

  EXPECT_EQ(run_weft({"view", folder.path("missing.weft")}).status, 3);
}

TEST(BadInputOfView, OneOfSeveralThatIsMissingIsUnreadable) {
  const test_folder folder;
  const std::string good = folder.with("good.weft", sample_schedule().bytes());

  const outcome result = run_weft({"view", good, folder.path("missing.weft")});

  EXPECT_EQ(result.status, 3);
  EXPECT_NE(result.err.find("missing.weft"), std::string::npos);
}

TEST(BadInputOfView, AStreamIsSeenAlone) {
  const test_folder folder;
  const std::string good = folder.with("good.weft", sample_schedule().bytes());

  EXPECT_EQ(run_weft({"view", good, "-"}).status, 2);
}

}  // namespace
}  // namespace weft::tests
