// The man page and the shell completion name every command and every option, so they are always complete.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <regex>
#include <set>

#include "model/finding.hpp"
#include "run_weft.hpp"
#include "sample_trace.hpp"
#include "shell.hpp"

namespace weft::tests {
namespace {

using ::testing::HasSubstr;

class Documents : public ::testing::TestWithParam<viz::cli::subcommand> {
 protected:
  std::string name() const { return std::string(GetParam().name); }
  // Every long option in the command's help.
  std::set<std::string> options() const {
    const std::string help = run_weft({name(), "--help"}).out;
    const std::regex option("--[a-z][a-z0-9-]*");
    return {std::sregex_token_iterator(help.begin(), help.end(), option), std::sregex_token_iterator()};
  }
};

INSTANTIATE_TEST_SUITE_P(Usage, Documents,
                         ::testing::ValuesIn(viz::cli::all_subcommands().begin(), viz::cli::all_subcommands().end()),
                         [](const auto& test) { return std::string(test.param.name); });

// The section of the man page about the command.
std::string section_of(const std::string& page, const std::string& command) {
  const std::size_t begin = page.find("\n.SS weft " + command + " ");
  if (begin == std::string::npos) return "";
  return page.substr(begin, page.find("\n.S", begin + 4) - begin);
}

TEST_P(Documents, ManPageHasEveryOption) {
  std::string section = section_of(read_file(WEFT_CLI_FOLDER "/weft.1"), name());
  ASSERT_NE(section, "") << "no section: .SS weft " << name();
  section = std::regex_replace(section, std::regex("\\\\-"), "-");

  for (const std::string& option : options()) {
    if (option == "--help" || option == "--version") continue;
    EXPECT_THAT(section, HasSubstr(option));
  }
}

TEST(DocumentsOfFindings, AllHaveEachKindAndItsMeaning) {
  std::string page = section_of(read_file(WEFT_CLI_FOLDER "/weft.1"), "check");
  page = std::regex_replace(page, std::regex("\\\\-"), "-");
  page = std::regex_replace(page, std::regex("\n(\\.B )?"), " ");
  const std::string help = run_weft({"check", "--help"}).out, completion = read_file(WEFT_CLI_FOLDER "/weft.bash");
  for (const viz::finding_kind_entry& k : viz::finding_kinds()) {
    EXPECT_THAT(page, HasSubstr(".TP " + std::string(k.word) + " " + std::string(k.meaning)));
    EXPECT_THAT(help, HasSubstr(std::string(k.meaning)));
    EXPECT_TRUE(std::regex_search(completion, std::regex("['\" ]" + std::string(k.word) + "['\" ]"))) << k.word;
  }
}

// What the completion offers, one per line, for the last word.
std::string offered(const std::string& words, int last) {
  return "\n" + shell("source " WEFT_CLI_FOLDER "/weft.bash; COMP_WORDS=(" + words +
                      "); COMP_CWORD=" + std::to_string(last) + "; _weft; printf '%s\\n' \"${COMPREPLY[@]}\"")
                    .out;
}

TEST_P(Documents, CompletionOffersEveryOption) {
  const std::string all = offered("weft " + name() + " --", 2);

  for (const std::string& option : options()) EXPECT_THAT(all, HasSubstr("\n" + option + "\n"));
}

TEST_P(Documents, CompletionOffersTheCommand) { EXPECT_THAT(offered("weft ''", 1), HasSubstr("\n" + name() + "\n")); }

void collect_keys(const nlohmann::json& value, std::set<std::string>& keys) {
  if (value.is_object()) {
    for (const auto& [key, member] : value.items()) keys.insert(key);
  }
  if (!value.is_structured()) return;  // otherwise its only element is the value itself
  for (const auto& member : value) collect_keys(member, keys);
}

TEST(JsonPage, NamesEveryKeyThatIsPrinted) {
  const test_folder folder;
  const environment_variable where("XDG_RUNTIME_DIR", folder.path("nobody"));  // not the programs of this machine
  const std::string file = folder.with("sample.weft", sample_schedule().bytes());
  const std::string other = folder.with("died.weft", sample_schedule(false).bytes().substr(0, 5000));
  const std::string page = read_file(WEFT_CLI_FOLDER "/../../docs/json.md");
  const std::vector<std::vector<std::string>> commands{{"info", file},
                                                       {"stat", file, "--by", "site"},
                                                       {"stat", file, "--by", "reason"},
                                                       {"state", file, "--at", all_wait},
                                                       {"state", file},
                                                       {"tree", file},
                                                       {"why", file, "2", "--at", all_wait},
                                                       {"why", file, "2", "--at", "#25"},
                                                       {"check", other, "--max-run", "100ns"},
                                                       {"validate", file},
                                                       {"diff", file, other},
                                                       {"ps"}};
  for (std::vector<std::string> words : commands) {
    words.emplace_back("--json");
    std::set<std::string> keys;
    collect_keys(run_weft(words).json(), keys);
    EXPECT_FALSE(keys.empty()) << words[0];
    for (const std::string& key : keys) EXPECT_THAT(page, HasSubstr("`" + key + "`")) << words[0];
  }
}

TEST(Completion, OffersProgramsBehindTheDashesOfRecord) {
  EXPECT_THAT(offered("weft record -- ech", 3), HasSubstr("\necho\n"));
}

}  // namespace
}  // namespace weft::tests
