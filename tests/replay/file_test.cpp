// Which files can be replayed, the errors for the others, and the effect of WEFT_REPLAY.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>

#include "core/sanitizer.hpp"
#include "support/replayed.hpp"
#include "weft/this_coroutine.hpp"
#include "weft/trace.hpp"

namespace weft {
namespace {

using namespace std::chrono_literals;
using support::divergence;
using support::recorded_run;
using support::simulation;
using support::temporary_trace;
using testing::ExitedWithCode;
using testing::HasSubstr;

// Returns why the file cannot be replayed; main must not have started.
std::string refusal(const std::string& path) {
  bool began = false;
  try {
    run({.replay = path}, [&] { began = true; });
  } catch (const replay_divergence& e) {
    ADD_FAILURE() << e.what();
  } catch (const replay_error& e) {
    EXPECT_FALSE(began);
    EXPECT_EQ(std::string(e.what()).find('\n'), std::string::npos);
    return e.what();
  }
  return {};
}

TEST(ReplayFile, AMissingOneIsRefused) {
  EXPECT_THAT(refusal("/nonexistent/run.weft"), HasSubstr("replay of /nonexistent/run.weft: "));
}

TEST(ReplayFile, SomethingElseIsRefused) {
  const temporary_trace file;
  std::ofstream(file.path()) << "this is no trace";

  EXPECT_THAT(refusal(file.path()), HasSubstr("replay of " + file.path() + ": byte "));
}

TEST(ReplayFile, ARecordingOfSeveralSchedulersIsRefused) {
  const temporary_trace file;
  trace::start({.path = file.path()});
  run([] {});
  std::thread([] { run([] {}); }).join();
  trace::stop();

  EXPECT_THAT(refusal(file.path()), HasSubstr("2 scheduler threads were recorded"));
}

TEST(ReplayFile, ARingWithoutItsBeginningIsRefused) {
  const temporary_trace file;
  trace::start({.path = file.path(), .ring_bytes = 1});
  run([] {
    for (int i = 0; i < 1'000'000; ++i) yield();
  });
  trace::stop();

  EXPECT_THAT(refusal(file.path()), HasSubstr("its beginning is missing"));
}

TEST(ReplayFile, ARingThatStillHasItIsFollowed) {
  const temporary_trace file;
  const auto program = [] { spawn("a", [] { yield(); }).join(); };
  trace::start({.path = file.path(), .ring_bytes = 1});
  run(program);
  trace::stop();
  const std::string path = file.path();

  EXPECT_EQ(divergence(path, program), "");
}

TEST(ReplayFile, ARecordingBegunInTheMiddleIsRefused) {
  const temporary_trace file;
  run([&] {
    trace::start({.path = file.path()});
    yield();
    trace::stop();
  });

  EXPECT_THAT(refusal(file.path()), HasSubstr("begun in the middle of the run"));
}

TEST(ReplayFile, ATraceWithoutARunIsRefused) {
  const temporary_trace file;
  trace::start({.path = file.path()});
  trace::stop();

  EXPECT_THAT(refusal(file.path()), HasSubstr("nothing is recorded"));
}

// A recording as kill -9 leaves it.
TEST(ReplayFile, WhereTheRecordingEndsTheProgramGoesOn) {
  const temporary_trace file;
  const auto program = [](bool dies) {
    const task<> a = spawn("a", [] {
      for (int i = 0; i < 5; ++i) sleep_for(1ms);
    });
    yield();
    if (dies) kill(getpid(), SIGKILL);
    a.join();
    sleep_for(1ms);
  };
  if (const pid_t child = fork(); child == 0) {
    simulation s;
    trace::start({.path = file.path()});
    s.run([&] { program(true); });
    _exit(0);
  } else {
    int status = 0;
    waitpid(child, &status, 0);
    ASSERT_TRUE(WIFSIGNALED(status));
  }
  const std::string path = file.path();
  simulation s;
  testing::internal::CaptureStderr();

  s.run([&] { program(false); }, {.replay = path});

  const std::string said = testing::internal::GetCapturedStderr();
  EXPECT_THAT(said, HasSubstr("weft: replay of " + path + ": the recording ends at event "));
  EXPECT_EQ(std::count(said.begin(), said.end(), '\n'), 1);
  EXPECT_GE(s.clock.elapsed(), 6ms) << "behind the end sleeps take their time again";
}

// ---- the environment

void in_environment(const char* name, const std::string& value) { setenv(name, value.c_str(), 1); }

TEST(ReplayByEnvironment, EachRunFollowsTheNextOneOfTheFile) {
  const temporary_trace file;
  const auto first = [] { spawn("first", [] {}).join(); };
  const auto second = [] { spawn("second", [] {}).join(); };
  trace::start({.path = file.path()});
  run(first);
  run(second);
  trace::stop();

  EXPECT_EXIT(
      {
        in_environment("WEFT_REPLAY", file.path());
        run(first);
        run(second);
        run(first);
        std::exit(0);
      },
      ExitedWithCode(0), "no further run was recorded; this one goes freely");
}

TEST(ReplayByEnvironment, ADivergenceEndsTheProcessWithStatus1) {
  const recorded_run recorded([] { yield(); });

  EXPECT_EXIT(
      {
        in_environment("WEFT_REPLAY", recorded.path());
        run([] { sleep_for(1ms); });
      },
      ExitedWithCode(1),
      "weft: replay of .*: event [0-9]+: recorded \"main .* yields; it goes on\", but the program did "
      "\"main .* sleeps; the scheduler runs\"\n$");
}

// Main is not unwound while other coroutines use its locals.
TEST(ReplayByEnvironment, ADivergenceEndsTheProcessWhereItIs) {
#if defined(WEFT_ASAN)
  GTEST_SKIP() << "the process ends while main runs: to LeakSanitizer all of that is lost";
#endif
  const recorded_run recorded([] { spawn("other", [] { yield(); }).join(); });

  EXPECT_EXIT(
      {
        in_environment("WEFT_REPLAY", recorded.path());
        run([] {
          struct unwound {
            ~unwound() { std::fputs("main was unwound\n", stderr); }
          } at_end;
          spawn("other", [] { sleep_for(1ms); });
          sleep_for(1h);
        });
      },
      ExitedWithCode(1), "^weft: replay of [^\n]*\n$");
}

TEST(ReplayByEnvironment, AnUnusableFileEndsItWithStatus3) {
  EXPECT_EXIT(
      {
        in_environment("WEFT_REPLAY", "/nonexistent/run.weft");
        run([] {});
      },
      ExitedWithCode(3), "^weft: replay of /nonexistent/run.weft: [^\n]*\n$");
}

TEST(ReplayByEnvironment, TheFileIsNotRecordedInto) {
  const recorded_run recorded([] { yield(); });
  const auto size = std::filesystem::file_size(recorded.path());

  EXPECT_EXIT(
      {
        in_environment("WEFT_REPLAY", recorded.path());
        in_environment("WEFT_TRACE", recorded.path());
        run([] { yield(); });
      },
      ExitedWithCode(3), "WEFT_TRACE names the same file");
  EXPECT_EQ(std::filesystem::file_size(recorded.path()), size);
}

TEST(ReplayByEnvironment, SeveralSchedulersAtOnceAreRefused) {
#if defined(WEFT_ASAN)
  GTEST_SKIP() << "the process ends while main runs: to LeakSanitizer all of that is lost";
#endif
  const recorded_run recorded([] { yield(); });

  EXPECT_EXIT(
      {
        in_environment("WEFT_REPLAY", recorded.path());
        run([] { std::thread([] { run([] {}); }).join(); });
      },
      ExitedWithCode(3), "several schedulers at once");
}

TEST(ReplayByEnvironment, TheProgramsOwnFileCountsMore) {
  const recorded_run recorded([] { yield(); });
  const std::string path = recorded.path();

  EXPECT_EXIT(
      {
        in_environment("WEFT_REPLAY", "/nonexistent/run.weft");
        run({.replay = path}, [] { yield(); });
        std::exit(0);
      },
      ExitedWithCode(0), "^$");
}

}  // namespace
}  // namespace weft
