// Traces kept as files: tests/golden/*.trace.txt, found by glob, so a new case is a new file. Lines in a file of the
// form
//   # expect error: TEXT       loading fails with TEXT in the message
//   # expect violation: TEXT   one violation, in this order, is "#EVENT TEXT"
// are its expectations; a file without them is a valid trace. Apart from its comments a golden trace is written exactly
// as dump prints it. tests/golden/*.weft are files of every format version so far, each with its dump.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "support/text_traces.hpp"

namespace weft::diary {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> golden_files(const std::string& suffix) {
  std::vector<fs::path> paths;
  for (const auto& entry : fs::directory_iterator(WEFT_GOLDEN_DIR)) {
    const std::string name = entry.path().filename().string();
    if (name.size() > suffix.size() && name.compare(name.size() - suffix.size(), suffix.size(), suffix) == 0) {
      paths.push_back(entry.path());
    }
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

std::string contents_of(const fs::path& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

std::vector<std::string> expectations(const std::string& text, const std::string& kind) {
  std::vector<std::string> found;
  const std::string prefix = "# expect " + kind + ": ";
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (line.compare(0, prefix.size(), prefix) == 0) found.push_back(line.substr(prefix.size()));
  }
  return found;
}

std::string without_comments(const std::string& text) {
  std::string kept;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (kept.empty() || line[0] != '#') kept += line + "\n";
  }
  return kept;
}

std::string test_name(const testing::TestParamInfo<fs::path>& info) {
  std::string name = info.param.filename().string();
  name = name.substr(0, name.find('.'));
  std::replace_if(
      name.begin(), name.end(), [](unsigned char c) { return std::isalnum(c) == 0; }, '_');
  return name;
}

class GoldenText : public testing::TestWithParam<fs::path> {};

TEST_P(GoldenText, IsWhatItSays) {
  const std::string text = contents_of(GetParam());
  const std::vector<std::string> errors = expectations(text, "error");
  std::istringstream in(text);
  if (!errors.empty()) {
    try {
      load_text(in, "golden");
      FAIL() << "loads, but should fail with " << errors[0];
    } catch (const file_error& e) {
      EXPECT_NE(std::string(e.what()).find(errors[0]), std::string::npos) << e.what();
    }
    return;
  }

  const history h(reader::from_bytes(load_text(in, "golden"), "golden"));

  EXPECT_EQ(tests::violations_of(h), expectations(text, "violation"));
  EXPECT_EQ(tests::dumped(h), without_comments(text));
}

INSTANTIATE_TEST_SUITE_P(Files, GoldenText, testing::ValuesIn(golden_files(".trace.txt")), test_name);

class GoldenFormat : public testing::TestWithParam<fs::path> {};

TEST_P(GoldenFormat, StaysReadable) {
  const history h(reader::open(GetParam().string()));
  fs::path dump = GetParam();
  dump.replace_extension(".dump.txt");

  EXPECT_TRUE(h.source().info().damage.empty());
  EXPECT_EQ(tests::dumped(h), contents_of(dump));
}

INSTANTIATE_TEST_SUITE_P(Files, GoldenFormat, testing::ValuesIn(golden_files(".weft")), test_name);
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(GoldenFormat);

}  // namespace
}  // namespace weft::diary
