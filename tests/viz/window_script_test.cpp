// Scripts for the window: which text is one, and what each line means.
#include "app/window_script.hpp"

#include <gtest/gtest.h>

#include <random>

#include "app/script_events.hpp"

namespace weft::viz {
namespace {

using namespace script;

template <class Command>
Command only(const std::string& text) {
  const std::vector<script_step> steps = parse_window_script(text);
  EXPECT_EQ(steps.size(), 1U) << text;
  return std::get<Command>(steps.at(0).what);
}

std::string error_of(const std::string& text) {
  try {
    parse_window_script(text);
  } catch (const script_error& e) {
    return e.what();
  }
  return "none";
}

TEST(WindowScript, CommentsAndBlankLinesAreSkippedAndLinesCounted) {
  const std::vector<script_step> steps = parse_window_script("# steps\n\n  say \n\t# more\r\nquit\r\n");

  ASSERT_EQ(steps.size(), 2U);
  EXPECT_EQ(steps[0].line, 3U);
  EXPECT_TRUE(std::holds_alternative<say>(steps[0].what));
  EXPECT_EQ(steps[1].line, 5U);
  EXPECT_TRUE(std::holds_alternative<quit>(steps[1].what));
}

TEST(WindowScript, NothingIsAScriptToo) {
  EXPECT_TRUE(parse_window_script("").empty());
  EXPECT_TRUE(parse_window_script("\n\n#\n").empty());
}

TEST(WindowScript, ACommentMayFollowACommand) {
  EXPECT_EQ(only<press_key>("key Right # on").code, SDLK_RIGHT);
  EXPECT_EQ(only<move_mouse>("move 1 2 # there").y, 2);
  EXPECT_EQ(only<press_key>("key #").code, SDLK_HASH);
}

TEST(WindowScript, SizesAndPlacesArePixels) {
  const auto s = only<size>("size  720\t480");
  EXPECT_EQ(s.width, 720);
  EXPECT_EQ(s.height, 480);
  const auto m = only<move_mouse>("move -3 20");
  EXPECT_EQ(m.x, -3);
  const auto d = only<drag>("drag 1 2 3 4");
  EXPECT_EQ(d.from_x, 1);
  EXPECT_EQ(d.from_y, 2);
  EXPECT_EQ(d.to_x, 3);
  EXPECT_EQ(d.to_y, 4);
  EXPECT_EQ(only<turn_wheel>("wheel 1 2 -3").notches, -3);
}

TEST(WindowScript, ClicksAreSingleRightOrDouble) {
  EXPECT_EQ(only<click>("click 5 6").how, click::kind::once);
  EXPECT_EQ(only<click>("click 5 6 right").how, click::kind::right);
  EXPECT_EQ(only<click>("click 5 6 double").how, click::kind::twice);
}

TEST(WindowScript, WaitsAreUntilIdleOrMilliseconds) {
  EXPECT_TRUE(std::holds_alternative<wait_until_idle>(parse_window_script("wait idle").at(0).what));
  EXPECT_EQ(only<wait_for>("wait 250").ms, 250);
}

TEST(WindowScript, TextIsTheRestOfTheLineAsItStands) {
  const std::vector<std::string> text{" ", "a", "#", "报", "🧵", " "};

  EXPECT_EQ(only<type_text>("type  a#报🧵 ").characters, text);
}

TEST(WindowScript, APicturesNameMayHaveBlanks) {
  EXPECT_EQ(only<shoot>("shot  my pictures/a #1.png ").file, "my pictures/a #1.png");
  EXPECT_EQ(only<shoot>("shot a.svg").file, "a.svg");
}

TEST(WindowScript, KeysHaveSdlsNamesAndThoseOfItsConstants) {
  EXPECT_EQ(only<press_key>("key Right").code, SDLK_RIGHT);
  EXPECT_EQ(only<press_key>("key Return").code, SDLK_RETURN);
  EXPECT_EQ(only<press_key>("key PageDown").code, SDLK_PAGEDOWN);
  EXPECT_EQ(only<press_key>("key Escape").code, SDLK_ESCAPE);
  EXPECT_EQ(only<press_key>("key F").code, SDLK_f);
  EXPECT_EQ(only<press_key>("key F11").code, SDLK_F11);
  EXPECT_EQ(only<press_key>("key slash").code, SDLK_SLASH);
  EXPECT_EQ(only<press_key>("key comma").code, SDLK_COMMA);
  EXPECT_EQ(only<press_key>("key period").code, SDLK_PERIOD);
  EXPECT_EQ(only<press_key>("key [").code, SDLK_LEFTBRACKET);
  EXPECT_EQ(only<press_key>("key space").code, SDLK_SPACE);
  EXPECT_EQ(only<press_key>("key Keypad +").code, SDLK_KP_PLUS);
}

TEST(WindowScript, ModifiersStandBeforeTheKey) {
  const auto palette = only<press_key>("key ctrl+shift+p");
  EXPECT_EQ(palette.code, SDLK_p);
  EXPECT_TRUE(palette.ctrl && palette.shift && !palette.alt);
  const auto larger = only<press_key>("key Ctrl++");
  EXPECT_EQ(larger.code, SDLK_PLUS);
  EXPECT_TRUE(larger.ctrl);
}

TEST(WindowScript, KeysTypeWhatTheyTypeOnAUsKeyboard) {
  EXPECT_EQ(only<press_key>("key F").types, "f");
  EXPECT_EQ(only<press_key>("key shift+f").types, "F");
  EXPECT_EQ(only<press_key>("key slash").types, "/");
  EXPECT_EQ(only<press_key>("key shift+slash").types, "?");
  EXPECT_EQ(only<press_key>("key question").types, "?");
  EXPECT_EQ(only<press_key>("key ctrl+f").types, "");
  EXPECT_EQ(only<press_key>("key Right").types, "");
  EXPECT_EQ(only<press_key>("key Return").types, "");
  EXPECT_EQ(only<press_key>("key é").types, "é");
}

TEST(WindowScript, WhatIsNoCommandIsOneLineWithItsNumber) {
  EXPECT_EQ(error_of("say\n\nshout\n"),
            "line 3: shout: unknown command: one of size, key, type, move, click, drag, wheel, wait, shot, say, quit");
  EXPECT_EQ(error_of("size 100"), "line 1: size 100: write size W H");
  EXPECT_EQ(error_of("size 800 x"), "line 1: x: not a whole number");
  EXPECT_EQ(error_of("size 9 99"), "line 1: 9: out of range: 320 to 16384");
  EXPECT_EQ(error_of("move 1.5 2"), "line 1: 1.5: not a whole number");
  EXPECT_EQ(error_of("key Rigth"), "line 1: Rigth: unknown key: write Right, PageDown, F, slash, ctrl+shift+p");
  EXPECT_EQ(error_of("shot a.gif"), "line 1: a.gif: the picture's name must end in .png or .svg");
  EXPECT_EQ(error_of("click 1 2 left"), "line 1: click 1 2 left: write click X Y, click X Y right or click X Y double");
}

TEST(WindowScript, MissingAndSurplusWordsAreErrors) {
  for (const char* line : {"size",       "size 800 600 2", "key",           "key ctrl+", "type",
                           "move 1",     "move 1 2 3",     "click",         "click 1",   "click 1 2 right double",
                           "drag 1 2 3", "wheel 1 2",      "wheel 1 2 3 4", "wait",      "wait idle 3",
                           "wait soon",  "wait -1",        "shot",          "say it",    "quit now",
                           "Say",        "key F F"}) {
    EXPECT_NE(error_of(line), "none") << line;
  }
}

TEST(WindowScript, HugeNumbersAreOutOfRange) {
  EXPECT_EQ(error_of("move 99999999999999999999 1"), "line 1: 99999999999999999999: out of range: -100000 to 100000");
  EXPECT_EQ(error_of("wait 3600001"), "line 1: 3600001: out of range: 0 to 3600000");
  EXPECT_EQ(error_of("wheel 1 1 1e30"), "line 1: 1e30: out of range: -1000 to 1000");
  EXPECT_EQ(error_of("wheel 1 1 1e999"), "line 1: 1e999: out of range: -1000 to 1000");
  EXPECT_NE(error_of("wheel 1 1 nan"), "none");
  EXPECT_NE(error_of("wheel 1 1 inf"), "none");
}

TEST(WindowScript, BytesThatAreNoTextAreErrors) {
  EXPECT_EQ(error_of(std::string("say\nsay\0\n", 9)), "line 2: has a NUL byte");
  EXPECT_EQ(error_of("type \xff"), "line 1: type: not UTF-8");
  EXPECT_EQ(error_of("type \xe6\x8a"), "line 1: type: not UTF-8");
  EXPECT_EQ(error_of("type \xc0\x80"), "line 1: type: not UTF-8");
  EXPECT_EQ(error_of("type \x1b[31m"), "line 1: type: has a control character: key types those");
}

TEST(WindowScript, OfLongLinesTheErrorHasTheBeginning) {
  const std::string error = error_of(std::string(60'000, 'x'));
  EXPECT_LT(error.size(), 250U);
  EXPECT_LT(error_of("type " + std::string(70'000, 'x')).size(), 250U);
  EXPECT_EQ(error_of("type " + std::string(60'000, 'x')), "none");
}

TEST(WindowScript, RandomScriptsAreReadOrRefusedInOneLine) {
  const std::vector<std::string> pieces{"size",  "key",  "type", "move", "click", "drag", "wheel", "wait", "shot",
                                        "say",   "quit", " ",    " ",    " ",     "\n",   "\n",    "\t",   "\r",
                                        "#",     "1",    "-2",   "99",   "0x1",   "1e9",  "idle",  ".png", "double",
                                        "ctrl+", "F",    "+",    "报",   "\xff",  "\"",   "%s",    "Right"};
  std::mt19937 random(1);
  for (int run = 0; run < 20'000; ++run) {
    std::string text;
    for (std::size_t n = random() % 12; n > 0; --n) text += pieces[random() % pieces.size()];
    if (run % 50 == 0) text += '\0';
    const std::string error = error_of(text);
    EXPECT_EQ(error.find('\n'), std::string::npos);
    EXPECT_TRUE(error == "none" || error.starts_with("line ")) << error;
  }
}

std::size_t event_count(const std::vector<event_burst>& bursts) {
  std::size_t count = 0;
  for (const event_burst& b : bursts) count += b.size();
  return count;
}

TEST(ScriptEvents, AKeyGoesDownTypesAndGoesUp) {
  const std::vector<event_burst> bursts = events_of(only<press_key>("key shift+c"), 1, 1);

  ASSERT_EQ(event_count(bursts), 3U);
  EXPECT_EQ(bursts[0][0].type, SDL_KEYDOWN);
  EXPECT_EQ(bursts[0][0].key.keysym.sym, SDLK_c);
  EXPECT_EQ(bursts[0][0].key.keysym.mod, KMOD_LSHIFT);
  EXPECT_STREQ(bursts[0][1].text.text, "C");
  EXPECT_EQ(bursts[1][0].type, SDL_KEYUP);
}

TEST(ScriptEvents, ADoubleClickIsTwoPressesThatAreCounted) {
  const std::vector<event_burst> bursts = events_of(only<click>("click 10 20 double"), 1, 0.5f);

  ASSERT_EQ(bursts.size(), 5U);
  EXPECT_EQ(bursts[0][0].motion.x, 5);
  EXPECT_EQ(bursts[1][0].button.clicks, 1);
  EXPECT_EQ(bursts[3][0].type, SDL_MOUSEBUTTONDOWN);
  EXPECT_EQ(bursts[3][0].button.clicks, 2);
}

TEST(ScriptEvents, ADragPassesThroughThePlacesBetween) {
  const std::vector<event_burst> bursts = events_of(only<drag>("drag 0 0 80 40"), 1, 1);

  EXPECT_EQ(bursts.front()[0].motion.x, 0);
  EXPECT_EQ(bursts[2][0].motion.x, 10);
  EXPECT_EQ(bursts[bursts.size() - 2][0].motion.y, 40);
  EXPECT_EQ(bursts.back()[0].type, SDL_MOUSEBUTTONUP);
}

}  // namespace
}  // namespace weft::viz
