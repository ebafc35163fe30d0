// Files that others plant, cut or never end: input files, output files, and files in the folder of running programs.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <string>

#include "cli/programs/running_programs.hpp"
#include "core/sanitizer.hpp"
#include "run_weft.hpp"
#include "sample_trace.hpp"
#include "shell.hpp"
#include "support/text_traces.hpp"

namespace weft::tests {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

// Larger than a trace that is copied into memory, and than a pipe's capacity.
std::string long_trace() {
  trace_builder b = sample_schedule();
  for (int i = 0; i < 60000; ++i) b.text(diary::event_type::mark, {}, "a line long enough to fill every buffer");
  return b.bytes();
}

// For every command that writes to OUT: its arguments before OUT.
std::vector<std::vector<std::string>> writers_to(const std::string& trace, const std::string& text) {
  return {{"export", trace, "--to", "csv", "-o"},
          {"export", trace, "--to", "chrome", "-o"},
          {"export", trace, "--to", "perfetto", "-o"},
          {"load", text, "-o"}};
}

class Outputs : public ::testing::Test {
 protected:
  // Writes to `out` with each command; each must fail with status 2 and one line that names `out`.
  void expect_refused(const std::string& out, const std::string& why) {
    for (std::vector<std::string> words : writers_to(trace_, text_)) {
      words.push_back(out);
      const outcome result = run_weft(words);
      EXPECT_EQ(result.status, 2) << words[0];
      EXPECT_THAT(result.err, HasSubstr(out + ": " + why)) << words[0];
      EXPECT_EQ(line_count(result.err), 1u) << result.err;
    }
  }

  const test_folder folder_;
  const std::string trace_ = folder_.with("sample.weft", sample_schedule().bytes());
  const std::string text_ = folder_.with("sample.txt", run_weft({"dump", trace_}).out);
};

TEST_F(Outputs, ALinkIsNotFollowed) {
  const std::string precious = folder_.with("precious", "do not touch"), out = folder_.path("out.weft");
  std::filesystem::create_symlink(precious, out);

  expect_refused(out, "is a link");
  EXPECT_EQ(run_weft({"record", "--force", "-o", out, "--", "true"}).status, 2);

  EXPECT_EQ(read_file(precious), "do not touch");
  EXPECT_TRUE(std::filesystem::is_symlink(out));
}

TEST_F(Outputs, ALinkToNothingCreatesNothing) {
  const std::string out = folder_.path("out.weft"), target = folder_.path("planted");
  std::filesystem::create_symlink(target, out);

  expect_refused(out, "is a link");

  EXPECT_FALSE(std::filesystem::exists(target));
}

TEST_F(Outputs, AFifoHoldsNobodyUp) {
  const std::string out = folder_.path("out.weft");
  ASSERT_EQ(::mkfifo(out.c_str(), 0600), 0);

  expect_refused(out, "is there and no ordinary file");
  EXPECT_EQ(run_weft({"record", "--force", "-o", out, "--", "true"}).status, 2);

  EXPECT_TRUE(std::filesystem::is_fifo(out));
}

TEST_F(Outputs, AFolderIsRefused) { expect_refused(folder_.path("."), "is a folder"); }

TEST_F(Outputs, AreReplacedWholeOrNotAtAll) {
  const std::string out = folder_.with("out.csv", "what was there");
  const std::string again = folder_.path("again");
  std::filesystem::create_hard_link(out, again);

  EXPECT_EQ(run_weft({"export", folder_.with("no.weft", "no trace"), "--to", "csv", "-o", out}).status, 3);
  EXPECT_EQ(read_file(out), "what was there");
  EXPECT_EQ(run_weft({"export", trace_, "--to", "csv", "-o", out}).status, 0);

  EXPECT_THAT(read_file(out), StartsWith("id,name,"));
  EXPECT_EQ(read_file(again), "what was there") << "the old file is not written into";
  struct stat written {};
  ASSERT_EQ(::stat(out.c_str(), &written), 0);
  EXPECT_EQ(written.st_mode & 0777, 0600u);
}

TEST_F(Outputs, LeaveNothingElseInTheFolder) {
  for (std::vector<std::string> words : writers_to(trace_, text_)) {
    words.push_back(folder_.path("out"));
    EXPECT_EQ(run_weft(words).status, 0) << words[0];
  }

  std::size_t files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder_.path("."))) files += entry.exists();
  EXPECT_EQ(files, 3u) << "the trace, its text and what was written";
}

TEST_F(Outputs, TheSystemsNamesForOpenDescriptorsAreThose) {
  const std::string csv = run_weft({"export", trace_, "--to", "csv", "-o", "-"}).out;
  const std::string command = "\"$WEFT\" export " + trace_ + " --to csv -o ";

  EXPECT_EQ(run_weft({"export", trace_, "--to", "csv", "-o", "/dev/stdout"}).out, csv);
  EXPECT_EQ(shell(command + "/dev/stdout | cat").out, csv);
  EXPECT_EQ(shell(command + "/dev/stderr").out, csv);
  EXPECT_EQ(shell(command + "/dev/fd/5 5>&1").out, csv);
  EXPECT_EQ(shell(command + ">(cat) | cat").out, csv);
  EXPECT_EQ(shell(command + "/dev/null").out, "");
  EXPECT_EQ(shell(command + "/dev/fd/77").status, 2);
}

TEST_F(Outputs, AClosedPipeIsQuietByAnyName) {
  const std::string trace = folder_.with("long.weft", long_trace());
  for (const std::string out : {"-", "/dev/stdout", "/dev/fd/5"}) {
    const outcome result = shell("\"$WEFT\" export " + trace + " --to chrome -o " + out +
                                 " 5>&1 | head -c 1 >/dev/null; echo ${PIPESTATUS[0]}");
    EXPECT_EQ(result.out, "0\n") << out;
  }
}

TEST_F(Outputs, APictureIsWrittenAsTheyAre) {
#if WEFT_HAS_WINDOW
  const std::string precious = folder_.with("precious", "do not touch"), out = folder_.path("out.svg");
  std::filesystem::create_symlink(precious, out);
  const outcome refused = run_weft({"render", trace_, "-o", out});
  EXPECT_EQ(refused.status, 2);
  EXPECT_THAT(refused.err, HasSubstr("is a link"));
  EXPECT_EQ(read_file(precious), "do not touch");

  std::filesystem::remove(out);
  EXPECT_EQ(run_weft({"render", trace_, "-o", out}).status, 0);
  EXPECT_THAT(read_file(out), HasSubstr("<svg"));
#endif
}

TEST(EndlessInput, IsRefusedAtItsFirstBytes) {
  // Without the check, 1 GiB of memory would be full long before the ten seconds are over.
#if defined(WEFT_ASAN)
  // AddressSanitizer itself needs more address space than that.
  const std::string limits = "export ASAN_OPTIONS=$ASAN_OPTIONS:hard_rss_limit_mb=1024 LC_ALL=C; ";
#else
  const std::string limits = "ulimit -v 1048576; export LC_ALL=C; ";
#endif
  for (const std::string command : {"info", "stat", "dump", "check", "validate", "tree", "state", "view"}) {
    for (const std::string input : {"/dev/zero", "- </dev/zero"}) {
      const outcome result = shell(limits + "timeout 10 \"$WEFT\" " + command + " " + input);
      EXPECT_EQ(result.status, 3) << command << " " << input << ": " << result.out;
      EXPECT_THAT(result.out, HasSubstr("not a weft trace")) << command;
    }
  }
  for (const std::string command :
       {"load /dev/zero -o /dev/null", "load - -o /dev/null </dev/zero", "export - --to csv -o - </dev/zero",
        "export /dev/zero --to csv -o -", "render - -o x.svg </dev/zero", "render /dev/zero -o x.svg",
        "diff /dev/zero /dev/zero", "why - 1 </dev/zero"}) {
    EXPECT_EQ(shell(limits + "timeout 10 \"$WEFT\" " + command).status, 3) << command;
  }
}

class CutWhileRead : public ::testing::Test {
 protected:
  const test_folder folder_;
  const std::string trace_ = folder_.with("long.weft", long_trace());
};

// The command blocks because its pipe is full, then the file is cut, then the rest is read.
TEST_F(CutWhileRead, ByACommandIsOneLineAndStatus3) {
  const std::string copy = folder_.path("copy.weft"), pipe = folder_.path("pipe");
  for (const std::string command :
       {"dump @", "dump @ --json", "export @ --to perfetto -o -", "export @ --to chrome -o -"}) {
    std::string words = command;
    words.replace(words.find('@'), 1, copy);
    const outcome result = shell("cp " + trace_ + " " + copy + "; mkfifo " + pipe + "; { \"$WEFT\" " + words + " >" +
                                 pipe + " 2>" + pipe + ".err; echo $? >" + pipe + ".status; } & exec 5<" + pipe +
                                 "; head -c 10 <&5 >/dev/null; truncate -s 100000 " + copy + "; cat <&5 >/dev/null; " +
                                 "wait; rm " + pipe + "; cat " + pipe + ".status " + pipe + ".err");
    EXPECT_THAT(result.out, StartsWith("3\nweft: ")) << command;
    EXPECT_THAT(result.out, HasSubstr("cut while it was read")) << command;
    EXPECT_EQ(line_count(result.out), 2u) << result.out;
  }
}

class CutCopy : public ::testing::Test {
 protected:
  CutCopy() {
    const std::string whole = long_trace();
    missing_ = std::to_string(whole.size() - left);
    file_ = folder_.with("copy.weft", whole.substr(0, left));
  }
  static constexpr std::size_t left = 1'000'000;
  const test_folder folder_;
  std::string file_, missing_;
};

TEST_F(CutCopy, IsCalledCutEverywhere) {
  for (const std::string command : {"info", "stat", "dump", "state", "check", "tree", "validate"}) {
    const outcome result = run_weft({command, file_});
    EXPECT_THAT(result.err, HasSubstr("warning: the file is cut")) << command;
    EXPECT_THAT(result.err, HasSubstr(missing_ + " are missing")) << command;
    EXPECT_THAT(result.out + result.err, Not(HasSubstr("died"))) << command;
    EXPECT_THAT(result.out, Not(HasSubstr("properly"))) << command;
    EXPECT_LE(result.status, command == "check" || command == "validate" ? 1 : 0) << command;
  }
}

TEST_F(CutCopy, IsNotValid) {
  EXPECT_EQ(run_weft({"validate", file_}).status, 1);
  const nlohmann::json verdict = run_weft({"validate", file_, "--json"}).json();
  EXPECT_EQ(verdict.at("valid"), false);
  EXPECT_EQ(verdict.at("cut"), true);
  EXPECT_EQ(std::to_string(verdict.at("missing_bytes").get<std::uint64_t>()), missing_);
}

TEST_F(CutCopy, OfAProgramThatDiedIsOneToo) {
  trace_builder b = sample_schedule(false);
  const std::string file = folder_.with("died.weft", b.bytes().substr(0, diary::file_header_bytes + 200));

  EXPECT_EQ(run_weft({"validate", file}).status, 1);
  EXPECT_EQ(run_weft({"validate", folder_.with("whole.weft", b.bytes())}).status, 0);
}

TEST_F(CutCopy, WarningsAreInTheJsonToo) {
  for (const std::string command : {"info", "validate"}) {
    const nlohmann::json warnings = run_weft({command, file_, "--json"}).json().at("warnings");
    ASSERT_EQ(warnings.size(), 1u) << command;
    EXPECT_THAT(warnings[0].get<std::string>(), StartsWith("the file is cut")) << command;
  }
}

// As older recorders wrote it: the first thread starts earlier than the recording, by the machine's uptime.
TEST(Times, OutOfRangeAreWarnedOfInBothForms) {
  const test_folder folder;
  const std::string text = folder.with("old.txt",
                                       "# weft trace text 1\nflags order_only\n"
                                       "-2425.0 T0 thread_start tid=1 text=\"main\"\n"
                                       "0.001 T0 spawn slot=1 id=1\n0.001 T0 enter to=1\n0.002 T0 finish to=0 "
                                       "status=done\n");
  const std::string file = folder.path("old.weft");
  const outcome loaded = run_weft({"load", text, "-o", file});
  ASSERT_EQ(loaded.status, 0) << loaded.err;

  for (const std::string command : {"info", "validate"}) {
    const outcome shown = run_weft({command, file}), told = run_weft({command, file, "--json"});
    EXPECT_THAT(shown.err, HasSubstr("times out of range")) << command;
    ASSERT_EQ(told.json().at("warnings").size(), 1u) << command;
    EXPECT_THAT(told.json().at("warnings")[0].get<std::string>(), StartsWith("times out of range")) << command;
  }
}

class DiscoveryFolder : public ::testing::Test {
 protected:
  DiscoveryFolder() {
    std::filesystem::create_directory(folder_.path("weft"));
    std::filesystem::permissions(folder_.path("weft"), std::filesystem::perms::owner_all);
  }
  std::string in_it(const std::string& name) const { return folder_.path("weft") + "/" + name; }
  std::string own(const std::string& suffix) const { return in_it(std::to_string(::getpid()) + suffix); }

  const test_folder folder_;
  const environment_variable place_{"XDG_RUNTIME_DIR", folder_.path(".")};
};

TEST_F(DiscoveryFolder, AFifoIsLeftOutWithALine) {
  const std::string elsewhere = folder_.path("fifo");
  ASSERT_EQ(::mkfifo(elsewhere.c_str(), 0600), 0);
  ASSERT_EQ(::mkfifo(own(".control").c_str(), 0600), 0);
  ASSERT_EQ(::mkfifo(in_it("attached-999999999.weft").c_str(), 0600), 0);
  std::filesystem::create_symlink(elsewhere, own(".trace"));

  const outcome listed = run_weft({"ps"});

  EXPECT_EQ(listed.status, 0);
  EXPECT_EQ(line_count(listed.err), 3u) << listed.err;
  EXPECT_THAT(listed.err, HasSubstr(std::to_string(::getpid()) + ".trace: left out: "));
  EXPECT_THAT(listed.err, HasSubstr(std::to_string(::getpid()) + ".control: left out: "));
  EXPECT_THAT(listed.err, HasSubstr("attached-999999999.weft: byte 0: is no ordinary file: left out"));
  EXPECT_TRUE(std::filesystem::is_fifo(in_it("attached-999999999.weft"))) << "only a trace is swept";
}

TEST_F(DiscoveryFolder, WhatIsNoTraceIsLeftOutWithALine) {
  std::filesystem::create_symlink(folder_.with("letter", "dear reader"), own(".trace"));

  const outcome listed = run_weft({"ps"});

  EXPECT_THAT(listed.err, HasSubstr(std::to_string(::getpid()) + ".trace: left out: "));
  EXPECT_THAT(listed.err, HasSubstr("not a weft trace"));
}

TEST(Counters, WithoutAFiniteNumberComeOutOneWay) {
  const char* const words[] = {"inf", "-inf", "nan", "0x7ff8000000000007"};
  const test_folder folder;
  std::string text = "# weft trace text 1\n0.0 T0 thread_start tid=1 text=\"main\"\n0.0 T0 string id=1 text=\"c\"\n";
  for (const char* const word : words) text += std::string("0.1 T0 counter counter=1 value=") + word + "\n";
  text += "0.2 T0 counter counter=1 value=2.5\n";
  const std::string file = folder.path("counters.weft");
  const outcome loaded = run_weft({"load", folder.with("counters.txt", text), "-o", file});
  ASSERT_EQ(loaded.status, 0) << loaded.err;

  const std::string dumped = run_weft({"dump", file}).out, told = run_weft({"dump", file, "--json"}).out;

  std::size_t nulls = 0;
  for (std::size_t at = 0; (at = told.find("\"value\": null", at)) != std::string::npos; ++at) ++nulls;
  EXPECT_EQ(nulls, std::size(words)) << "JSON has none of them";
  for (const char* const word : words) EXPECT_THAT(dumped, HasSubstr(std::string("value=") + word + "\n"));
  EXPECT_EQ(run_weft({"dump", "-"}, run_weft({"load", "-", "-o", "-"}, dumped).out).out, dumped);
  const std::string chrome = run_weft({"export", file, "--to", "chrome", "-o", "-"}).out;
  EXPECT_THAT(chrome, Not(HasSubstr("null")));
  EXPECT_TRUE(nlohmann::json::accept(chrome));
}

}  // namespace
}  // namespace weft::tests
