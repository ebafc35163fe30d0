// The window with a running program: its buttons pause the program itself. Offscreen, with a real process.
#include <gtest/gtest.h>

#include <list>

#include "app/window_app.hpp"
#include "attach_fixture.hpp"
#include "cli/watched_program.hpp"

namespace weft::tests {
namespace {

using viz::key_down;
using viz::letter;
using viz::program_mode;
using viz::cli::find_running_programs;

class LiveWindow : public attach_fixture {
 protected:
  // Refreshes until the model is as wanted, as the window's own loop does.
  bool comes_to(viz::window_app& app, const std::function<bool(const viz::viewer_model&)>& wanted) {
    return becomes_true([&] {
      if (app.refresh()) app.draw();
      return wanted(app.model());
    });
  }
  static auto is(program_mode m) {
    return [m](const viz::viewer_model& model) { return model.program.takes_requests && model.program.mode == m; };
  }
};

TEST_F(LiveWindow, PausesStepsAndLetsTheProgramGoOn) {
  const auto child = start("sleep");
  viz::control_client connection = connect(*child);
  const std::string trace = connection.ask(request(diary::control_command::start)).text;
  ASSERT_TRUE(goes_on(trace));
  viz::gl_window window({.width = 1200, .height = 800, .offscreen = true});
  viz::window_app app(window, &connection);
  app.open(trace, true, 0, false);
  app.draw();
  ASSERT_TRUE(comes_to(app, is(program_mode::running)));

  app.take(key_down{letter('x'), {}});
  ASSERT_TRUE(comes_to(app, is(program_mode::paused)));
  const std::uint64_t paused_at = events_in(trace);
  app.take(key_down{letter('c'), {}});
  ASSERT_TRUE(comes_to(app, is(program_mode::paused)));
  const std::uint64_t stepped_to = events_in(trace);
  EXPECT_GT(stepped_to, paused_at);
  EXPECT_TRUE(comes_to(app, [&](const viz::viewer_model& m) { return m.trace->event_count() == stepped_to; }));
  EXPECT_EQ(app.model().at.event + 1, stepped_to);

  app.take(key_down{letter('x'), {}});
  EXPECT_TRUE(comes_to(app, is(program_mode::running)));
  EXPECT_TRUE(goes_on(trace));
}

TEST_F(LiveWindow, TheProgramGoesOnWhenTheWindowIsClosedOverIt) {
  const auto child = start("sleep");
  viz::control_client watcher = connect(*child);
  {
    viz::control_client connection = connect(*child);
    const std::string trace = connection.ask(request(diary::control_command::start)).text;
    ASSERT_TRUE(goes_on(trace));
    viz::gl_window window({.width = 1200, .height = 800, .offscreen = true});
    viz::window_app app(window, &connection);
    app.open(trace, true, 0, false);
    app.take(key_down{letter('x'), {}});
    ASSERT_TRUE(comes_to(app, is(program_mode::paused)));
  }

  EXPECT_TRUE(becomes_true([&] { return watcher.ask({}).mode == diary::control_mode::running; }));
}

TEST_F(LiveWindow, TheStartPageOffersRunningProgramsAndAttachesToTheOneThatIsClicked) {
  const auto child = start("sleep");
  std::list<viz::cli::watched_program> watched;
  viz::gl_window window({.width = 1200, .height = 800, .offscreen = true});
  viz::window_app app(window);
  app.offer({[this] {
               std::vector<viz::listed_program> all;
               for (const auto& p : find_running_programs(place())) {
                 all.push_back({static_cast<std::uint32_t>(p.pid), p.program, p.recording});
               }
               return all;
             },
             [&watched](std::uint32_t pid) {
               viz::cli::attach_options which;
               which.target = std::to_string(pid);
               viz::cli::watched_program& p = watched.emplace_back("view", which);
               return viz::opened_program{p.trace(), p.pid(), p.control()};
             }});
  app.draw();
  ASSERT_TRUE(comes_to(app, [](const viz::viewer_model& m) { return !m.running.empty(); }));
  ASSERT_EQ(app.model().running.size(), 1U);
  app.draw();

  // Its line is somewhere below the middle of the page.
  for (float y = 300; y < 800 && !app.model().trace; y += 10) {
    app.take(viz::mouse_move{{600, y}});
    app.take(viz::mouse_down{{600, y}, viz::button::left, 1, {}});
    app.take(viz::mouse_up{{600, y}, viz::button::left});
  }

  ASSERT_TRUE(app.model().trace != nullptr);
  EXPECT_TRUE(app.model().live);
  EXPECT_TRUE(comes_to(app, is(program_mode::running)));
  EXPECT_TRUE(comes_to(app, [](const viz::viewer_model& m) { return m.trace->coroutine_count() == 3; }));
}

}  // namespace
}  // namespace weft::tests
