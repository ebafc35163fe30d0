// weft view --script as others use it: the real command and the real window, offscreen.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "run_weft.hpp"
#include "sample_trace.hpp"
#include "shell.hpp"

namespace weft::tests {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::StartsWith;

class WindowScript : public ::testing::Test {
 protected:
  // Runs `weft view` with these arguments; the script is in $SCRIPT.
  outcome view(const std::string& script, const std::string& arguments, const std::string& redirection = "") {
    const std::string file = folder_.with("script.txt", script);
    return shell("export SDL_VIDEODRIVER=offscreen XDG_CONFIG_HOME=" + folder_.path("config") + " SCRIPT=" + file +
                 "; cd " + folder_.path(".") + "; \"$WEFT\" view " + arguments + redirection);
  }
  outcome play(const std::string& script) { return view(script, trace_ + " --script $SCRIPT"); }
  static std::vector<nlohmann::json> lines(const outcome& result) {
    std::vector<nlohmann::json> all;
    std::istringstream in(result.out);
    for (std::string line; std::getline(in, line);) all.push_back(nlohmann::json::parse(line));
    return all;
  }
  nlohmann::json say(const std::string& script) {
    const outcome result = play(script + "\nsay\n");
    EXPECT_EQ(result.status, 0) << result.out;
    return lines(result).back();
  }

  const test_folder folder_;
  const std::string trace_ = folder_.with("sample.weft", sample_schedule().bytes());
};

TEST_F(WindowScript, SayHasExactlyTheKeysOfTheContract) {
  const outcome result = play("say");

  EXPECT_EQ(result.status, 0);
  EXPECT_EQ(line_count(result.out), 1U);
  std::vector<std::string> keys;
  const auto line = nlohmann::ordered_json::parse(result.out);
  for (const auto& [key, value] : line.items()) keys.push_back(key);
  EXPECT_EQ(keys, (std::vector<std::string>{"event", "t_ns", "selected", "from_ns", "to_ns", "lanes", "sentence", "why",
                                            "tab", "findings", "rows", "note", "clipboard"}));
}

TEST_F(WindowScript, SteppingThroughATraceShowsTheStatesThatStateTells) {
  std::string script = "key Home\nsay\n";
  for (int i = 0; i < 45; ++i) script += "key Right\nsay\n";
  const outcome result = play(script);
  ASSERT_EQ(result.status, 0) << result.out;

  std::int64_t before = -1;
  for (const nlohmann::json& said : lines(result)) {
    const auto event = said["event"].get<std::int64_t>();
    EXPECT_GE(event, before);
    if (event == before) continue;  // the last
    before = event;
    const auto state = run_weft({"state", trace_, "--json", "--at", "#" + std::to_string(event)}).json();
    EXPECT_EQ(said["event"], state["event"]);
    EXPECT_EQ(said["t_ns"], state["t_ns"]);
  }
  EXPECT_GE(before, 38);
}

TEST_F(WindowScript, WhyOfTheSelectedOneIsThatOfWeftWhy) {
  for (const char* who : {"1", "2", "3", "4"}) {
    std::string script = "key Home\nsay\n";
    for (int i = 0; i < 45; ++i) script += "key Right\nsay\n";
    const outcome result = view(script, trace_ + " --select " + who + " --script $SCRIPT");
    ASSERT_EQ(result.status, 0) << result.out;
    for (const nlohmann::json& said : lines(result)) {
      ASSERT_TRUE(said["selected"].is_object());
      EXPECT_EQ(said["selected"]["id"], std::atoi(who));
      const std::string place = "#" + std::to_string(said["event"].get<int>());
      const std::string why = run_weft({"why", trace_, who, "--at", place}).out;
      EXPECT_EQ(said["why"].get<std::string>() + "\n", why.substr(why.find('\n') + 1)) << place;
    }
  }
}

TEST_F(WindowScript, NobodySelectedHasNoWhy) {
  const nlohmann::json said = say("key Escape\nkey Escape\nkey Escape");

  EXPECT_TRUE(said["selected"].is_null());
  EXPECT_EQ(said["why"], "");
}

TEST_F(WindowScript, LanesAreNamedAndTheTimesInViewSurroundTheTrace) {
  const nlohmann::json said = say("key 0");

  EXPECT_EQ(said["lanes"], nlohmann::json({"main", "工人", "holder", "reader"}));
  EXPECT_LE(said["from_ns"].get<std::int64_t>(), 0);
  EXPECT_GE(said["to_ns"].get<std::int64_t>(), 51500);
}

TEST_F(WindowScript, AClickInALaneSelectsItAndTheWheelZoomsOrScrolls) {
  const nlohmann::json before = say("key 0");
  const nlohmann::json said = say("key 0\nclick 700 260");
  EXPECT_TRUE(said["selected"].is_object());
  EXPECT_NE(said["t_ns"], before["t_ns"]);

  const nlohmann::json zoomed = say("key 0\nmove 700 260\nkey W");
  const auto length = [](const nlohmann::json& s) { return s["to_ns"].get<long>() - s["from_ns"].get<long>(); };
  EXPECT_LT(length(zoomed), length(before));
}

TEST_F(WindowScript, TabsAreNamedAndHaveRows) {
  const nlohmann::json events = say("key Home\nkey 1");
  EXPECT_EQ(events["tab"], "events");
  EXPECT_FALSE(events["rows"].empty());
  const nlohmann::json statistics = say("key 4");
  EXPECT_EQ(statistics["tab"], "statistics");
  EXPECT_THAT(statistics["rows"], Contains(StartsWith("holder")));
}

TEST_F(WindowScript, EventAndSelectSayWhereToLookFirst) {
  const outcome result = view("say", trace_ + " --event 20 --select holder --script $SCRIPT");

  ASSERT_EQ(result.status, 0) << result.out;
  EXPECT_EQ(result.json()["event"], 20);
  EXPECT_EQ(result.json()["selected"]["name"], "holder");
  EXPECT_EQ(view("say", trace_ + " --event '#20' --script $SCRIPT").json()["event"], 20);
}

TEST_F(WindowScript, EventAndSelectThatAreNotThereAreWrongUse) {
  const auto refused = [&](const std::string& arguments, const std::string& why) {
    const outcome result = view("say", arguments + " --script $SCRIPT");
    EXPECT_EQ(result.status, 2) << arguments;
    EXPECT_EQ(line_count(result.out), 1U) << result.out;
    EXPECT_THAT(result.out, HasSubstr(why));
  };
  refused(trace_ + " --event 41", "there is no event #41");
  refused(trace_ + " --event -1", "not an event");
  refused(trace_ + " --event 99999999999999999999", "not an event");
  refused(trace_ + " --select nobody", "no such coroutine");
  refused("--event 3", "need a FILE");
}

TEST_F(WindowScript, ShotWritesThePixelsOrADrawing) {
  const outcome result = play("shot first.png\nsize 800 500\nshot second.png\nshot drawn.svg\n");

  ASSERT_EQ(result.status, 0) << result.out;
  const auto size_of = [&](const char* name) {
    const std::string png = read_file(folder_.path(name));
    EXPECT_THAT(png, StartsWith("\x89PNG"));
    const auto number = [&](std::size_t at) {
      return static_cast<unsigned char>(png.at(at)) * 256 + static_cast<unsigned char>(png.at(at + 1));
    };
    return std::pair(number(18), number(22));
  };
  EXPECT_EQ(size_of("first.png"), std::pair(1600, 900));
  EXPECT_EQ(size_of("second.png"), std::pair(800, 500));
  EXPECT_THAT(read_file(folder_.path("drawn.svg")), HasSubstr("holder"));
}

TEST_F(WindowScript, APictureThatCannotBeWrittenEndsIt) {
  const outcome result = play("say\nshot /no/such/folder/a.png\nsay\n");

  EXPECT_EQ(result.status, 2);
  EXPECT_EQ(line_count(result.out), 2U);
  EXPECT_THAT(result.out, HasSubstr("line 2: "));
}

TEST_F(WindowScript, NothingIsDoneIfALineIsNoCommand) {
  const outcome result = play("say\nshot a.png\nkey Rigth\n");

  EXPECT_EQ(result.status, 2);
  EXPECT_THAT(result.out, StartsWith("weft: view: "));
  EXPECT_THAT(result.out, HasSubstr("script.txt: line 3: Rigth: unknown key"));
  EXPECT_EQ(line_count(result.out), 1U);
  EXPECT_FALSE(std::filesystem::exists(folder_.path("a.png")));
}

TEST_F(WindowScript, BrokenScriptsAreRefused) {
  for (const std::string& script :
       {std::string("say\0", 4), std::string(1 << 20, 'x'), std::string("size 99999999999999 1"),
        std::string("type \xff"),
        std::string("\x7f"
                    "ELF\x02\x01\x01"),
        std::string("wait 1e9"), std::string("key ctrl+shift+"), std::string("say\rsay\n")}) {
    const outcome result = play(script);
    EXPECT_EQ(result.status, 2);
    EXPECT_EQ(line_count(result.out), 1U);
    EXPECT_LT(result.out.size(), 400U);
  }
}

TEST_F(WindowScript, AKeyThatDoesNothingSaysWhy) {
  EXPECT_EQ(say("key Home\nkey Left")["note"], "There is no event before this event.");
  EXPECT_EQ(say("key End\nkey Right")["note"], "There is no event after this event.");
  EXPECT_EQ(say("key ctrl+z\nkey ctrl+z\nkey ctrl+z\nkey ctrl+z")["note"], "There is no earlier view.");
  EXPECT_EQ(say("key x")["note"], "No running program takes requests from this window.");
  EXPECT_THAT(say("key ctrl+q")["note"].get<std::string>(), HasSubstr("does nothing here"));
  EXPECT_EQ(say("key ctrl+q\nkey Home\nkey Right")["note"], "");
}

TEST_F(WindowScript, ControlsGetKeysAndText) {
  const nlohmann::json chosen = say("key ctrl+p\ntype holder\nkey Return");
  EXPECT_EQ(chosen["selected"]["name"], "holder");

  const nlohmann::json filtered = say("key ctrl+f\ntype lock_handed\nwait idle");
  EXPECT_EQ(filtered["tab"], "events");
  EXPECT_EQ(filtered["rows"].size(), 1U);
}

TEST_F(WindowScript, QuitEndsIt) { EXPECT_EQ(line_count(play("say\nquit\nsay\n").out), 1U); }

TEST_F(WindowScript, AnEmptyScriptEndsWell) {
  const outcome result = play("");

  EXPECT_EQ(result.status, 0);
  EXPECT_EQ(result.out, "");
}

TEST_F(WindowScript, ItMayComeFromStandardInput) {
  const outcome result = view("say\n", trace_ + " --script - <$SCRIPT");

  EXPECT_EQ(result.status, 0);
  EXPECT_EQ(line_count(result.out), 1U);
}

TEST_F(WindowScript, TheTraceMayComeFromStandardInputButNotBoth) {
  const outcome result = view("wait idle\nsay\n", "- --script $SCRIPT <" + trace_);
  EXPECT_EQ(result.status, 0);
  EXPECT_TRUE(result.json()["event"].is_number());

  EXPECT_EQ(view("say\n", "- --script - <" + trace_).status, 2);
}

TEST_F(WindowScript, AScriptThatIsNotThereIsUnreadableInput) {
  EXPECT_EQ(view("", trace_ + " --script /no/such/script").status, 3);
  EXPECT_EQ(view("", trace_ + " --script /").status, 3);
}

TEST_F(WindowScript, TheStartPageHasNoEvent) {
  const outcome result = view("say\n", "--script $SCRIPT");

  ASSERT_EQ(result.status, 0) << result.out;
  EXPECT_TRUE(result.json()["event"].is_null());
  EXPECT_TRUE(result.json()["lanes"].empty());
}

TEST_F(WindowScript, AClosedPipeIsQuietAndAFullDiskIsNot) {
  std::string many;
  for (int i = 0; i < 200; ++i) many += "say\n";

  EXPECT_EQ(view(many, trace_ + " --script $SCRIPT", " | head -n 1 >/dev/null; echo ${PIPESTATUS[0]}").out, "0\n");
  const outcome full = view("say\n", trace_ + " --script $SCRIPT", " >/dev/full");
  EXPECT_EQ(full.status, 2);
  EXPECT_THAT(full.out, HasSubstr("cannot be written"));
}

TEST_F(WindowScript, ItNeedsNoDisplay) {
  const std::string file = folder_.with("say.txt", "say\n");
  const outcome result =
      shell("unset DISPLAY WAYLAND_DISPLAY SDL_VIDEODRIVER; XDG_CONFIG_HOME=" + folder_.path("config") +
            " \"$WEFT\" view " + trace_ + " --script " + file);

  EXPECT_EQ(result.status, 0) << result.out;
  EXPECT_EQ(line_count(result.out), 1U);
}

}  // namespace
}  // namespace weft::tests
