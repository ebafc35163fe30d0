// The demo, really recorded: a fraction of a second of a program with sockets, timers, a queue and a lock.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <regex>

#include "run_weft.hpp"
#include "shell.hpp"

namespace weft::tests {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::StartsWith;

// One recording for all tests in this file.
class RecordedDemo : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = std::make_unique<test_folder>();
    recorded_ = shell("\"$WEFT\" record -o " + trace() + " -- \"$WEFT\" demo shop --no-window --seconds 0.2");
  }
  static void TearDownTestSuite() { folder_.reset(); }
  static std::string trace() { return folder_->path("shop.weft"); }

  static std::unique_ptr<test_folder> folder_;
  static outcome recorded_;
};
std::unique_ptr<test_folder> RecordedDemo::folder_;
outcome RecordedDemo::recorded_;

TEST_F(RecordedDemo, RecordSaysWhereTheTraceIs) {
  EXPECT_EQ(recorded_.status, 0) << recorded_.out;
  EXPECT_THAT(recorded_.out, HasSubstr("events in " + trace()));
  EXPECT_THAT(recorded_.out, HasSubstr("weft view " + trace()));
}

TEST_F(RecordedDemo, KeepsEveryRule) {
  const outcome result = run_weft({"validate", trace()});

  EXPECT_EQ(result.status, 0) << result.out;
  EXPECT_EQ(result.err, "");
}

TEST_F(RecordedDemo, InfoKnowsTheProcess) {
  const json info = run_weft({"info", trace(), "--json"}).json();

  EXPECT_EQ(info.at("process"), "weft");
  EXPECT_EQ(info.at("complete"), true);
  EXPECT_GT(info.at("duration_ns"), 150'000'000);
}

TEST_F(RecordedDemo, StatHasARowForEachCoroutine) {
  const json stat = run_weft({"stat", trace(), "--json"}).json();

  std::int64_t run_ns = 0;
  for (const json& row : stat.at("rows")) run_ns += row.at("run_ns").get<std::int64_t>();
  EXPECT_EQ(stat.at("rows").size(), stat.at("totals").at("coroutines"));
  EXPECT_EQ(stat.at("totals").at("run_ns"), run_ns);
  EXPECT_THAT(run_weft({"stat", trace()}).out, HasSubstr("report 报告"));
}

TEST_F(RecordedDemo, BySiteNamesTheSourceFile) {
  EXPECT_THAT(run_weft({"stat", trace(), "--by", "site"}).out, HasSubstr("demo_shop.cpp:"));
}

TEST_F(RecordedDemo, DumpLoadDumpIsAFixedPoint) {
  const std::string first = run_weft({"dump", trace()}).out;
  const std::string copy = folder_->path("copy.weft");

  ASSERT_EQ(run_weft({"load", "-", "-o", copy}, first).status, 0);

  EXPECT_TRUE(run_weft({"dump", copy}).out == first);  // not EXPECT_EQ: it would print megabytes
  EXPECT_EQ(run_weft({"stat", copy, "--json"}).out, run_weft({"stat", trace(), "--json"}).out);
}

TEST_F(RecordedDemo, AllHaveEndedAtTheEnd) {
  const json state = run_weft({"state", trace(), "--at", "end", "--json"}).json();

  for (const json& c : state.at("coroutines")) {
    EXPECT_TRUE(c.at("state") == "done" || c.at("state") == "cancelled") << c;
  }
}

TEST_F(RecordedDemo, TreeHasMainAtItsRoot) {
  const int events = run_weft({"info", trace(), "--json"}).json().at("events");
  const std::string tree = run_weft({"tree", trace(), "--at", "#" + std::to_string(events / 2)}).out;

  EXPECT_THAT(tree, HasSubstr("\nmain (#1)  "));
  EXPECT_THAT(tree, HasSubstr("─ heartbeat (#"));
}

TEST(Demo, ListNamesThem) {
  const outcome result = run_weft({"demo", "--list"});

  EXPECT_EQ(result.status, 0);
  EXPECT_THAT(result.out, HasSubstr("\nshop  "));
}

TEST(Demo, UnknownNameSuggestsTheClosest) {
  const outcome result = run_weft({"demo", "shap"});

  EXPECT_EQ(result.status, 2);
  EXPECT_EQ(result.err, "weft: demo: shap: no such demo: did you mean shop?\n");
}

TEST(Demo, NonsenseAsTimeIsWrongUse) {
  EXPECT_EQ(run_weft({"demo", "--seconds", "soon"}).status, 2);
  EXPECT_EQ(run_weft({"demo", "--seconds", "-1"}).status, 2);
}

TEST(Demo, OutputKeepsTheTrace) {
  const test_folder folder;
  const std::string trace = folder.path("kept.weft");

  const outcome result = shell("\"$WEFT\" demo --no-window --seconds 0.05 -o " + trace);

  EXPECT_EQ(result.status, 0) << result.out;
  EXPECT_EQ(run_weft({"validate", trace}).status, 0);
}

TEST(Demo, ThatIsToldToEndLeavesACompleteTrace) {
  const test_folder folder;
  const std::string trace = folder.path("told.weft");

  for (const char* const signal : {"TERM", "INT"}) {
    const outcome result =
        shell("\"$WEFT\" demo --no-window --seconds 30 --force -o " + trace + " & " + "for i in $(seq 200); do [ -s " +
              trace + " ] && break; sleep 0.02; done; sleep 0.1; " + "kill -" + signal + " $!; wait $!");

    EXPECT_EQ(result.status, 0) << result.out;
    EXPECT_EQ(run_weft({"info", trace, "--json"}).json().at("complete"), true) << signal;
    EXPECT_EQ(run_weft({"validate", trace}).status, 0);
  }
}

#if WEFT_HAS_WINDOW
constexpr const char* no_display = "unset DISPLAY WAYLAND_DISPLAY SDL_VIDEODRIVER; ";
constexpr const char* png_signature = "\x89PNG\r\n";

TEST(Demo, WithoutADisplayDrawsAPicture) {
  const test_folder folder;

  const outcome result = shell(no_display + ("cd " + folder.path(".") + "; \"$WEFT\" demo --seconds 0.2"));

  EXPECT_EQ(result.status, 0) << result.out;
  EXPECT_THAT(result.out, HasSubstr("its picture is in weft-demo.png"));
  EXPECT_THAT(read_file(folder.path("weft-demo.png")), StartsWith(png_signature));
}

TEST(Demo, NamedPictureNeedsNoDisplayEither) {
  const test_folder folder;
  const std::string picture = folder.path("shop.svg");

  const outcome result = shell(no_display + ("\"$WEFT\" demo --seconds 0.2 -o " + picture));

  EXPECT_EQ(result.status, 0) << result.out;
  EXPECT_THAT(read_file(picture), HasSubstr("<svg"));
}

TEST_F(RecordedDemo, RenderWritesAPictureOfTheSizeAsked) {
  const std::string picture = folder_->path("p.png");

  const outcome result =
      shell(no_display + ("\"$WEFT\" render " + trace() + " -o " + picture + " --size 800x600 --at 100ms"));

  EXPECT_EQ(result.status, 0) << result.out;
  const std::string bytes = read_file(picture);
  EXPECT_EQ(bytes.substr(16, 8), std::string("\0\0\x03\x20\0\0\x02\x58", 8));
}

TEST_F(RecordedDemo, RenderWritesToStandardOutput) {
  const outcome result = shell(no_display + ("\"$WEFT\" render - -o - <" + trace()));

  EXPECT_EQ(result.status, 0);
  EXPECT_THAT(result.out, StartsWith(png_signature));
}

constexpr const char* dead_display = "export DISPLAY=:4711; unset WAYLAND_DISPLAY SDL_VIDEODRIVER; ";

TEST(Demo, WithADisplayThatDoesNotAnswerDrawsAPicture) {
  const test_folder folder;

  const outcome result = shell(dead_display + ("cd " + folder.path(".") + "; timeout 30 \"$WEFT\" demo --seconds 0.2"));

  EXPECT_EQ(result.status, 0) << result.out;
  EXPECT_THAT(result.out, HasSubstr("no window can be opened here"));
  EXPECT_THAT(read_file(folder.path("weft-demo.png")), StartsWith(png_signature));
}

TEST_F(RecordedDemo, ViewWithADisplayThatDoesNotAnswerIsWrongUse) {
  const outcome result = shell(dead_display + ("timeout 30 \"$WEFT\" view " + trace()));

  EXPECT_EQ(result.status, 2) << result.out;
  EXPECT_EQ(line_count(result.out), 1U) << result.out;
  EXPECT_THAT(result.out, HasSubstr("no window can be opened here"));
}

TEST_F(RecordedDemo, RenderNeedsNoDisplayWhateverTheEnvironmentSays) {
  const std::string picture = folder_->path("x11.png");

  const outcome result = shell(dead_display + ("SDL_VIDEODRIVER=x11 \"$WEFT\" render " + trace() + " -o " + picture));

  EXPECT_EQ(result.status, 0) << result.out;
  EXPECT_THAT(read_file(picture), StartsWith(png_signature));
}

// The transport bar shows the cursor's time.
TEST_F(RecordedDemo, RenderPutsTheCursorOnTheTimeAskedFor) {
  const std::string picture = folder_->path("at.svg");

  ASSERT_EQ(shell("\"$WEFT\" render " + trace() + " -o " + picture + " --at 100ms").status, 0);

  EXPECT_THAT(read_file(picture), HasSubstr("100.0000 ms"));
}

TEST_F(RecordedDemo, ViewWithoutADisplayIsWrongUse) {
  const outcome result = shell(no_display + ("\"$WEFT\" view " + trace()));

  EXPECT_EQ(result.status, 2);
  EXPECT_THAT(result.out, HasSubstr("no display"));
}
#else
TEST_F(RecordedDemo, WithoutAWindowTheOthersSaySo) {
  for (const std::string command : {"view F", "live F", "render F -o p.png", "demo"}) {
    const std::string arguments = std::regex_replace(command, std::regex("F"), trace());
    const outcome result = shell("\"$WEFT\" " + arguments);
    EXPECT_EQ(result.status, 2) << command;
    EXPECT_THAT(result.out, HasSubstr("this build of weft has no window")) << command;
  }
}
#endif

class EachDemo : public ::testing::TestWithParam<const char*> {};

TEST_P(EachDemo, RunsToItsEndAndKeepsEveryRule) {
  const test_folder folder;
  const std::string trace = folder.path("demo.weft");

  const outcome ran = shell("\"$WEFT\" demo " + std::string(GetParam()) + " --no-window --seconds 0.1 -o " + trace);

  EXPECT_EQ(ran.status, 0) << ran.out;
  EXPECT_EQ(run_weft({"validate", trace}).status, 0);
}

INSTANTIATE_TEST_SUITE_P(Demos, EachDemo,
                         ::testing::Values("shop", "put_and_yield", "deadlock", "held", "lost_wakeup", "cancel",
                                           "thousand"),
                         [](const auto& demo) { return std::string(demo.param); });

TEST(DemoList, NamesEachDemo) {
  const outcome listed = run_weft({"demo", "--list"});

  for (const char* name : {"shop", "put_and_yield", "deadlock", "held", "lost_wakeup", "cancel", "thousand"}) {
    EXPECT_THAT(listed.out, HasSubstr(std::string("\n") + name + " "));
  }
}

TEST(DemoDeadlock, IsFoundAsOne) {
  const test_folder folder;
  const std::string trace = folder.path("deadlock.weft");
  shell("\"$WEFT\" demo deadlock --no-window --seconds 0.1 -o " + trace);

  const outcome found = run_weft({"check", trace});

  EXPECT_EQ(found.status, 1);
  EXPECT_THAT(found.out, HasSubstr("wait for each other"));
}

}  // namespace
}  // namespace weft::tests
