// Tests that need real processes: the command's binary behind a pipe, and weft record with other programs.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>

#include "cli/programs/child_process.hpp"
#include "cli/programs/running_programs.hpp"
#include "run_weft.hpp"
#include "sample_trace.hpp"
#include "shell.hpp"

namespace weft::tests {
namespace {

using ::testing::HasSubstr;

class Processes : public ::testing::Test {
 protected:
  const test_folder folder_;
};

TEST_F(Processes, ClosedPipeIsQuiet) {
  trace_builder b = sample_schedule();
  for (int i = 0; i < 50000; ++i) b.text(diary::event_type::mark, {}, "a line long enough to fill every buffer");
  const std::string file = folder_.with("long.weft", b.bytes());

  const outcome result = shell("\"$WEFT\" dump " + file + " | head -n 1 >/dev/null; echo ${PIPESTATUS[0]}");

  EXPECT_EQ(result.out, "0\n");
}

TEST_F(Processes, FullDiskIsReported) {
  const std::string file = folder_.with("sample.weft", sample_schedule().bytes());

  const outcome result = shell("\"$WEFT\" dump " + file + " >/dev/full");

  EXPECT_EQ(result.status, 2);
  EXPECT_THAT(result.out, HasSubstr("weft: standard output: cannot be written"));
}

TEST_F(Processes, DumpLoadDumpThroughPipes) {
  const std::string file = folder_.with("sample.weft", sample_schedule().bytes());

  const outcome result =
      shell("\"$WEFT\" dump " + file + " | \"$WEFT\" load - -o - | \"$WEFT\" dump - | cmp - <(\"$WEFT\" dump " + file +
            ") && echo same");

  EXPECT_EQ(result.out, "same\n");
}

TEST_F(Processes, RecordPassesTheExitStatusThrough) {
  const outcome result = run_weft({"record", "-o", folder_.path("t.weft"), "--", "sh", "-c", "exit 7"});

  EXPECT_EQ(result.status, 7);
}

TEST_F(Processes, RecordShowsASignalAsTheShellDoes) {
  const outcome result = run_weft({"record", "-o", folder_.path("t.weft"), "--", "sh", "-c", "kill -KILL $$"});

  EXPECT_EQ(result.status, 128 + SIGKILL);
}

TEST_F(Processes, RecordSaysWhenNoTraceCameOut) {
  const outcome result = run_weft({"record", "-o", folder_.path("t.weft"), "--", "true"});

  EXPECT_EQ(result.status, 0);
  EXPECT_THAT(result.err, HasSubstr("no trace came out: true did not run a weft scheduler"));
}

TEST_F(Processes, RecordGivesTheProgramAnAbsolutePathAndTheModes) {
  const outcome result =
      run_weft({"record", "-o", folder_.path("t.weft"), "--ring", "16M", "--order-only", "--", "sh", "-c",
                "echo $WEFT_TRACE $WEFT_TRACE_RING $WEFT_TRACE_ORDER_ONLY >" + folder_.path("env")});

  EXPECT_EQ(result.status, 0);
  EXPECT_EQ(read_file(folder_.path("env")), folder_.path("t.weft") + " 16777216 1\n");
}

TEST_F(Processes, RecordLeavesTheProgramsOptionsAlone) {
  run_weft({"record", "-o", folder_.path("t.weft"), "--", "sh", "-c", "echo \"$@\" >" + folder_.path("args"), "sh",
            "-o", "x", "--help", "--", "{}"});

  EXPECT_EQ(read_file(folder_.path("args")), "-o x --help -- {}\n");
}

TEST_F(Processes, RecordNeedsNoDashes) {
  const outcome result = run_weft({"record", "-o", folder_.path("t.weft"), "sh", "-c", "exit 5"});

  EXPECT_EQ(result.status, 5);
}

TEST_F(Processes, RecordRestoresSigpipeForTheProgram) {
  const outcome result =
      shell("\"$WEFT\" record -o " + folder_.path("t.weft") +
            " -- bash -c 'trap - PIPE; yes | head -n 1 >/dev/null; echo ${PIPESTATUS[0]}' 2>/dev/null");

  EXPECT_EQ(result.out, std::to_string(128 + SIGPIPE) + "\n");
}

TEST_F(Processes, RecordRefusesAFileThatExists) {
  const std::string file = folder_.with("t.weft", "precious");

  const outcome result = run_weft({"record", "-o", file, "--", "true"});

  EXPECT_EQ(result.status, 2);
  EXPECT_THAT(result.err, HasSubstr("exists already"));
  EXPECT_EQ(read_file(file), "precious");
}

TEST_F(Processes, RecordRefusesAPlaceWhereNothingCanBeCreatedBeforeItRunsTheProgram) {
  const std::string witness = folder_.path("it-ran");

  const outcome result = run_weft({"record", "-o", folder_.path("no/such/folder/t.weft"), "--", "touch", witness});

  EXPECT_EQ(result.status, 2);
  EXPECT_THAT(result.err, HasSubstr("cannot be created"));
  EXPECT_FALSE(std::filesystem::exists(witness));
}

TEST_F(Processes, RecordReplacesAFileByForce) {
  const std::string file = folder_.with("t.weft", "old");

  EXPECT_EQ(run_weft({"record", "-o", file, "--force", "--", "true"}).status, 0);
  EXPECT_FALSE(std::filesystem::exists(file));
}

TEST_F(Processes, RecordNeedsAProgram) {
  EXPECT_EQ(run_weft({"record"}).status, 2);
  EXPECT_EQ(run_weft({"record", "--"}).status, 2);
}

TEST_F(Processes, RecordOfAMissingProgramIsWrongUse) {
  const outcome result = run_weft({"record", "-o", folder_.path("t.weft"), "--", "./no-such-program"});

  EXPECT_EQ(result.status, 2);
  EXPECT_THAT(result.err, HasSubstr("./no-such-program: cannot be run"));
}

TEST_F(Processes, RecordPassesASignalOn) {
  const std::string up = folder_.path("up");

  const outcome result = shell("\"$WEFT\" record -o " + folder_.path("t.weft") + " -- bash -c '\n" +
                               "trap \"kill \\$!; exit 42\" TERM; sleep 20 & touch " + up + "; wait' 2>/dev/null &\n" +
                               "until [ -e " + up + " ]; do sleep 0.01; done\n" +  //
                               "kill -TERM $!; wait $!; echo $?");

  EXPECT_EQ(result.out, "42\n");
}

TEST_F(Processes, ChildIsEndedWithItsOwner) {
  pid_t pid = 0;
  {
    const viz::cli::child_process child({"sleep", "1000"}, {}, viz::cli::child_process::signals::ours);
    pid = child.pid();
    EXPECT_EQ(::kill(pid, 0), 0);
  }

  EXPECT_EQ(::kill(pid, 0), -1);
}

TEST_F(Processes, ProgramsOfAnUnsafeFolderAreNotListed) {
  const std::string shared = folder_.path("weft");
  std::filesystem::create_directory(shared);
  trace_builder b = sample_schedule(false);
  const std::string trace = folder_.with("live.weft", b.bytes());
  std::filesystem::create_symlink(trace, shared + "/4711.trace");
  std::filesystem::permissions(shared, std::filesystem::perms::all);

  EXPECT_TRUE(viz::cli::find_running_programs(shared).empty());
}

TEST_F(Processes, RunningProgramIsListedWithItsName) {
  const std::string place = folder_.path("weft");
  std::filesystem::create_directory(place);
  std::filesystem::permissions(place, std::filesystem::perms::owner_all);
  memory_chunks chunks([](diary::file_header& h) {
    h.pid = static_cast<std::uint32_t>(::getpid());
    std::strcpy(h.program, "me");
  });
  const std::vector<std::uint8_t> bytes = chunks.file_bytes();
  const std::string trace = folder_.with("live.weft", {bytes.begin(), bytes.end()});
  std::filesystem::create_symlink(trace, place + "/" + std::to_string(::getpid()) + ".trace");
  std::filesystem::create_symlink(trace, place + "/999999999.trace");
  std::filesystem::create_symlink(trace, place + "/nonsense.trace");

  const auto found = viz::cli::find_running_programs(place);

  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].pid, ::getpid());
  EXPECT_EQ(found[0].program, "me");
  EXPECT_EQ(found[0].trace, trace);
}

}  // namespace
}  // namespace weft::tests
