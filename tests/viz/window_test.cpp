// The real window, offscreen: OpenGL, fonts, pixels.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "app/app.hpp"
#include "app/input_from_sdl.hpp"
#include "app/program_end.hpp"
#include "app/window_app.hpp"
#include "small_trace.hpp"
#include "trace/text/trace_text.hpp"

namespace weft::viz {
namespace {

using namespace tests;

// A trace file in the folder for temporary files, removed by the destructor.
class trace_on_disk {
 public:
  trace_on_disk()
      : path_(testing::TempDir() + "weft_window_test_" + std::to_string(getpid()) + "_" + std::to_string(counter_++) +
              ".weft") {
    const std::vector<std::uint8_t> bytes = weft::tests::trace_bytes(small_trace_text);
    std::ofstream(path_, std::ios::binary)
        .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  }
  ~trace_on_disk() { std::filesystem::remove(path_); }
  const std::string& path() const { return path_; }

 private:
  static inline int counter_ = 0;
  std::string path_;
};

colour pixel(const picture& p, float x, float y) {
  const std::size_t i =
      (static_cast<std::size_t>(y) * static_cast<std::size_t>(p.width) + static_cast<std::size_t>(x)) * 3;
  return {p.rgb[i], p.rgb[i + 1], p.rgb[i + 2], 255};
}

class Window : public testing::Test {
 protected:
  Window() : window({.width = 1200, .height = 800, .offscreen = true}), app(window) {
    app.open(file.path(), false, 0, false);
    app.draw();
  }
  window_layout layout() { return layout_window(1200, 800, app.model()); }
  float x_of(std::int64_t t_ns) {
    return layout().lanes.x + static_cast<float>(time_to_x(app.model().view.scale, t_ns));
  }
  float y_of(std::size_t lane) {
    const rect row = lane_rect(layout(), app.model(), lane);
    return row.y + row.h / 2;
  }

  void click(point at) {
    app.take(mouse_move{at});
    app.draw();
    app.take(mouse_down{at, button::left, 1, {}});
    app.take(mouse_up{at, button::left});
    app.draw();
  }
  // Sends a letter as SDL does: as text, and as a key.
  void type(const char* typed) {
    app.take(text_typed{typed});
    app.take(key_down{letter(static_cast<char32_t>(typed[0])), {}});
    app.draw();
  }

  trace_on_disk file;
  gl_window window;
  window_app app;
};

TEST_F(Window, PaintsTheStatesInTheirColours) {
  const picture p = window.read_pixels();
  const theme& t = dark_theme();
  const rect thread = thread_rect(layout(), 0);

  EXPECT_EQ(pixel(p, x_of(1 * ms), y_of(0)), t.running);
  EXPECT_EQ(pixel(p, x_of(15 * ms), y_of(1)), t.holding);
  EXPECT_EQ(pixel(p, x_of(29 * ms), layout().lanes.bottom() - 5), t.ground);
  EXPECT_EQ(pixel(p, x_of(20 * ms), thread.y + thread.h - 12), t.holding);
}

TEST_F(Window, PaintsWaitingAsAPatternOfTwoShades) {
  const picture p = window.read_pixels();

  std::vector<colour> seen;
  for (int dx = 0; dx < 12; ++dx) {
    for (int dy = -2; dy < 3; ++dy) {
      const colour c = pixel(p, x_of(15 * ms) + static_cast<float>(dx), y_of(2) + static_cast<float>(dy));
      if (std::find(seen.begin(), seen.end(), c) == seen.end()) seen.push_back(c);
    }
  }

  EXPECT_GE(seen.size(), 2u);
  EXPECT_TRUE(std::all_of(seen.begin(), seen.end(), [](colour c) { return c.r > c.b; })) << "ready is orange";
}

// The file is cut to half while it is shown: the window continues, and reports it.
TEST_F(Window, OutlivesATraceThatIsCut) {
  trace_on_disk other;
  std::string text = "# weft trace text 1\n0.0 T0 thread_start tid=1 text=\"main\"\n";
  for (int i = 0; i < 60000; ++i)
    text += "0." + std::to_string(100000 + i) + " T0 mark text=\"a line of some length\"\n";
  std::istringstream in(text);
  const std::vector<std::uint8_t> bytes = diary::load_text(in, "long");
  std::ofstream(other.path(), std::ios::binary)
      .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  app.open(other.path(), false, 0, false);
  app.draw();

  std::filesystem::resize_file(other.path(), 300'000);
  const bool has_lost_it = app.survive([&] {
    app.take(key_down{key::home, {}});
    app.take(key_down{key::right, {}});
    app.model().trace->history().state_after(50'000);
    app.draw();
  });
  app.draw();

  EXPECT_TRUE(has_lost_it);
  EXPECT_EQ(app.model().trace, nullptr);
  EXPECT_NE(app.model().notice.find("cut while it was read"), std::string::npos);
  app.open(file.path(), false, 0, false);
  app.draw();
  EXPECT_EQ(app.model().notice, "");
}

TEST_F(Window, OpensWhereTheStoryIs) {
  // Main, who waits for good, is worse than the producer's long run.
  EXPECT_EQ(app.model().selected, main_index);
  EXPECT_EQ(app.model().at.event, 9u);
}

TEST_F(Window, StepsTheCursorBothWaysByKey) {
  app.take(key_down{key::home, {}});
  app.take(key_down{key::right, {}});
  app.take(key_down{key::right, {true, false, false}});
  EXPECT_EQ(app.model().at.event, 6u);
  app.take(key_down{key::left, {}});
  EXPECT_EQ(app.model().at.event, 5u);
}

TEST_F(Window, TheCursorIsALineOverTheLanes) {
  app.model().apply(act::go_to_event{17});
  app.draw();

  const picture p = window.read_pixels();

  EXPECT_EQ(pixel(p, std::round(x_of(7 * ms)), layout().lanes.bottom() - 6), dark_theme().cursor);
}

TEST_F(Window, ChangesToTheLightTheme) {
  app.take(key_down{letter('t'), {}});
  app.draw();

  const picture p = window.read_pixels();

  EXPECT_EQ(pixel(p, x_of(15 * ms), y_of(1)), light_theme().holding);
  EXPECT_EQ(pixel(p, 3, 3), light_theme().panel);
}

TEST_F(Window, ScalesTheInterface) {
  app.take(key_down{letter('+'), {false, true, false}});
  app.draw();

  EXPECT_FLOAT_EQ(app.model().interface_scale, 1.1f);
}

// ---- keys as SDL tells of them

std::optional<input> text_with(const char* typed, int held) {
  SDL_Event event{};
  event.type = SDL_TEXTINPUT;
  std::snprintf(event.text.text, sizeof event.text.text, "%s", typed);
  devices_now now;
  now.held = static_cast<SDL_Keymod>(held);
  return input_from_sdl(event, now, 1);
}

TEST(InputFromSdl, ACharacterWithCtrlOrAltIsNotThePlainKeyToo) {
  EXPECT_FALSE(text_with("+", KMOD_LCTRL));
  EXPECT_FALSE(text_with("t", KMOD_LALT));
  EXPECT_FALSE(text_with("t", KMOD_RALT));
  EXPECT_TRUE(text_with("@", KMOD_RALT)) << "a character of its own on many keyboards";
}

TEST(InputFromSdl, ALetterKeepsItsShift) {
  EXPECT_TRUE(std::get<key_down>(*text_with("C", KMOD_LSHIFT)).with.shift);
  EXPECT_FALSE(std::get<key_down>(*text_with("c", 0)).with.shift);
  EXPECT_FALSE(std::get<key_down>(*text_with("C", KMOD_CAPS)).with.shift) << "Caps Lock is not Shift";
}

// ---- how a program ended

// Runs `body` in a child and returns what is known of it once it has ended, before and after it is reaped.
template <class Body>
std::pair<std::string, std::string> ends_of(Body body) {
  const pid_t child = fork();
  if (child == 0) body();
  siginfo_t how{};
  waitid(P_PID, static_cast<id_t>(child), &how, WEXITED | WNOWAIT);
  const std::string before = end_of_program(static_cast<std::uint32_t>(child));
  waitpid(child, nullptr, 0);
  return {before, end_of_program(static_cast<std::uint32_t>(child))};
}

TEST(EndOfProgram, NamesTheSignalOrTheStatus) {
  EXPECT_EQ(ends_of([] { raise(SIGKILL); }).first, "died: signal 9");
  EXPECT_EQ(ends_of([] { _exit(3); }).first, "ended: status 3");
}

TEST(EndOfProgram, OfOneThatIsGoneOnlyThat) {
  EXPECT_EQ(ends_of([] { _exit(0); }).second, "died");
}

TEST(EndOfProgram, OneThatRunsHasNone) {
  EXPECT_EQ(end_of_program(static_cast<std::uint32_t>(getpid())), "");
  EXPECT_EQ(end_of_program(0), "");
}

// ---- controls

TEST_F(Window, AClickOnATabOpensIt) {
  app.take(key_down{letter('3'), {}});
  app.draw();
  const rect heads = layout().tab_heads;

  click({heads.x + 40, heads.y + 20});

  EXPECT_EQ(app.model().open_tab, tab::events);
}

TEST_F(Window, AKeyOpensATabAndItsRowsAreShown) {
  app.take(key_down{letter('1'), {}});
  app.draw();

  EXPECT_EQ(app.model().open_tab, tab::events);
  EXPECT_EQ(app.rows()->count(), app.model().trace->event_count());
}

TEST_F(Window, AClickOnARowOfEventsGoesThere) {
  app.take(key_down{key::home, {}});
  app.take(key_down{letter('1'), {}});
  app.draw();
  const rect body = layout().tab_body;

  click({body.x + 300, body.y + 100});

  EXPECT_GT(app.model().at.event, 0u);
}

TEST_F(Window, WordsTypedIntoTheFilterChooseEventsAndAreNoKeys) {
  app.take(key_down{letter('f'), {false, true, false}});
  app.draw();
  for (const char* letter_typed : {"w", "a", "k", "e"}) type(letter_typed);
  while (app.refresh()) {
  }
  app.draw();

  ASSERT_GT(app.rows()->count(), 0u);
  EXPECT_LT(app.rows()->count(), app.model().trace->event_count());
  EXPECT_NE(text_of(app.rows()->row(0)).find("wake"), std::string::npos);
}

TEST_F(Window, ACoroutineIsFoundByTheLettersOfItsName) {
  app.take(key_down{letter('p'), {false, true, false}});
  app.draw();
  for (const char* letter_typed : {"c", "o", "n", "s"}) type(letter_typed);
  app.take(key_down{key::enter, {}});

  EXPECT_EQ(app.model().selected, consumer_index);
}

TEST_F(Window, ACommandIsFoundByItsWords) {
  const bool was_dark = app.model().dark;
  app.take(key_down{letter('p'), {true, true, false}});
  app.draw();
  for (const char* letter_typed : {"d", "a", "r", "k"}) type(letter_typed);
  app.take(key_down{key::enter, {}});

  EXPECT_NE(app.model().dark, was_dark);
}

TEST_F(Window, AClickOnAColumnSortsTheStatistics) {
  app.take(key_down{letter('4'), {}});
  app.draw();
  const std::string before = text_of(app.rows()->row(0));
  const rect body = layout().tab_body;

  click({body.x + 60, body.y + 34});

  EXPECT_EQ(text_of(app.rows()->row(0)).substr(0, 8), "consumer") << before;
}

TEST_F(Window, TheMouseAboveATabIsNotInThePictureBelow) {
  const double before = app.model().view.scale.ns_per_px;
  const rect body = layout().tab_body;

  app.take(mouse_move{{body.x + 50, body.y + 50}});
  app.take(mouse_wheel{{body.x + 50, body.y + 50}, 0, -3, {false, true, false}});
  app.draw();

  EXPECT_EQ(app.model().view.scale.ns_per_px, before);
}

TEST(Render, MakesAPngAndAnSvgOfTheAskedSize) {
  const trace_on_disk file;
  render_options options;
  options.file = file.path();
  options.width = 800;
  options.height = 600;
  options.out = testing::TempDir() + "weft_window_test.png";
  render(options);
  options.out = testing::TempDir() + "weft_window_test.svg";
  render(options);

  std::ifstream png(testing::TempDir() + "weft_window_test.png", std::ios::binary);
  std::string head(24, '\0');
  png.read(head.data(), 24);
  EXPECT_EQ(head.substr(1, 3), "PNG");
  EXPECT_EQ(static_cast<unsigned char>(head[18]) * 256 + static_cast<unsigned char>(head[19]), 800);
  EXPECT_EQ(static_cast<unsigned char>(head[22]) * 256 + static_cast<unsigned char>(head[23]), 600);
  std::ifstream svg(options.out);
  const std::string text((std::istreambuf_iterator<char>(svg)), std::istreambuf_iterator<char>());
  EXPECT_NE(text.find("width=\"800\" height=\"600\""), std::string::npos);
  EXPECT_NE(text.find(">producer<"), std::string::npos);
  std::filesystem::remove(testing::TempDir() + "weft_window_test.png");
  std::filesystem::remove(options.out);
}

TEST(Render, SaysWhatIsWrongInOneLine) {
  const trace_on_disk file;
  render_options options;
  options.file = file.path();
  options.out = testing::TempDir() + "x.gif";
  EXPECT_THROW(render(options), std::runtime_error);
  options.out = testing::TempDir() + "weft_window_test_" + std::to_string(getpid()) + ".svg";
  options.select = "nobody of this name";
  EXPECT_THROW(render(options), std::runtime_error);
  options.select = "";
  options.cursor_event = 1000;
  EXPECT_THROW(render(options), std::runtime_error);
  options.cursor_event.reset();
  options.file = testing::TempDir() + "there is no such file.weft";
  EXPECT_THROW(render(options), diary::file_error);
}

}  // namespace
}  // namespace weft::viz
