// The command's answers about itself and to wrong use.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/command.hpp"
#include "run_weft.hpp"

namespace weft::tests {
namespace {

using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::Not;
using ::testing::StartsWith;

class EverySubcommand : public ::testing::TestWithParam<viz::cli::subcommand> {};

INSTANTIATE_TEST_SUITE_P(Usage, EverySubcommand,
                         ::testing::ValuesIn(viz::cli::all_subcommands().begin(), viz::cli::all_subcommands().end()),
                         [](const auto& test) { return std::string(test.param.name); });

TEST_P(EverySubcommand, PrintsHelp) {
  const outcome result = run_weft({std::string(GetParam().name), "--help"});

  EXPECT_EQ(result.status, 0);
  EXPECT_THAT(result.out, HasSubstr("Usage: weft " + std::string(GetParam().name)));
  EXPECT_EQ(result.err, "");
}

TEST_P(EverySubcommand, PrintsTheVersion) {
  const outcome result = run_weft({std::string(GetParam().name), "--version"});

  EXPECT_EQ(result.status, 0);
  EXPECT_THAT(result.out, MatchesRegex("weft [0-9]+\\.[0-9]+\\.[0-9]+\n"));
}

TEST_P(EverySubcommand, RefusesAnUnknownOptionInOneLine) {
  const outcome result = run_weft({std::string(GetParam().name), "--no-such-option"});

  EXPECT_EQ(result.status, 2);
  EXPECT_EQ(result.out, "");
  EXPECT_EQ(line_count(result.err), 1U) << result.err;
  EXPECT_THAT(result.err, StartsWith("weft: " + std::string(GetParam().name) + ": "));
}

TEST_P(EverySubcommand, IsInTheOverview) {
  EXPECT_THAT(run_weft({"--help"}).out, HasSubstr("\n  " + std::string(GetParam().name) + " "));
}

TEST(Usage, VersionIsOneLine) {
  const outcome result = run_weft({"--version"});

  EXPECT_EQ(result.status, 0);
  EXPECT_THAT(result.out, MatchesRegex("weft [0-9]+\\.[0-9]+\\.[0-9]+\n"));
}

TEST(Usage, NoCommandIsWrongUse) {
  const outcome result = run_weft({});

  EXPECT_EQ(result.status, 2);
  EXPECT_EQ(result.err, "weft: no command given: weft --help lists them\n");
}

TEST(Usage, UnknownCommandSuggestsTheClosest) {
  const outcome result = run_weft({"vew"});

  EXPECT_EQ(result.status, 2);
  EXPECT_EQ(result.err, "weft: vew: unknown command: did you mean weft view?\n");
}

TEST(Usage, UnknownCommandFarFromAllSuggestsNone) {
  EXPECT_EQ(run_weft({"frobnicate"}).err, "weft: frobnicate: unknown command: weft --help lists them\n");
}

TEST(Usage, EscapeSequencesDoNotReachTheTerminal) {
  EXPECT_THAT(run_weft({"\x1b[31mred"}).err, Not(HasSubstr("\x1b")));
}

TEST(Usage, MissingFileArgumentIsWrongUse) {
  for (const char* const command :
       {"info", "stat", "state", "tree", "why", "dump", "check", "validate", "diff", "export"}) {
    const outcome result = run_weft({command});
    EXPECT_EQ(result.status, 2) << command;
    EXPECT_EQ(line_count(result.err), 1U) << result.err;
  }
}

TEST(Usage, ClosestNameAllowsOneSlipInAShortWord) {
  constexpr std::array<std::string_view, 2> names{"ps", "info"};

  EXPECT_EQ(viz::cli::closest_name("pss", names), "ps");
  EXPECT_EQ(viz::cli::closest_name("xyz", names), "");
}

}  // namespace
}  // namespace weft::tests
