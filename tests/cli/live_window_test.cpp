// The window on a running program: its buttons pause the program itself. Offscreen, with a real process.
#include <gtest/gtest.h>

#include "app/window_app.hpp"
#include "attach_fixture.hpp"

namespace weft::tests {
namespace {

using viz::key_down;
using viz::letter;
using viz::program_mode;

class LiveWindow : public attach_fixture {
 protected:
  // Until the model is as wanted, the way the window's own loop does it.
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

}  // namespace
}  // namespace weft::tests
