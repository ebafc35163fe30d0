// The window's interface for the `weft` command. No window library is visible here.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "app/program_source.hpp"
#include "app/script_output.hpp"
#include "app/window_script.hpp"

namespace weft::viz {

struct view_options {
  std::vector<std::string> files;     // none: the start page
  bool live = false;                  // the file may still grow: follow it
  std::uint32_t live_pid = 0;         // of the program that writes it; 0: as the file says
  std::string theme;                  // "dark", "light"; "": the last one used
  program_source programs = {};       // for the start page
  control_client* program = nullptr;  // to pause and step a live program; null: it takes no requests
  // The first event at the cursor and the id of the first selected coroutine; none: as the trace's story begins.
  std::optional<std::uint64_t> event, coroutine;
  // Uses the window instead of a user; without a display if `offscreen`. None: the user does.
  std::optional<std::vector<script_step>> script;
  script_output script_out = {};
  bool offscreen = false;
};

// Shows the window and blocks until it is closed or the script ends; returns the exit status 0. Closing the window does
// not affect the program that writes the trace. Throws std::runtime_error with one line if no window can be opened, a
// file cannot be read or a step of the script fails. Call from the main thread, once at a time.
int run_window(const view_options& options);

struct render_options {
  std::string file, out;  // out ends in .png or .svg
  int width = 1600, height = 1000;
  // Neither: what is worth a first look, see viewer_model::show_story. One of them: from the beginning, or to the end.
  std::optional<std::int64_t> from_ns, to_ns;
  std::string theme;  // "light"; everything else: dark
  // The cursor is at a time or after an event; default: within the worst finding, else in the middle.
  std::optional<std::int64_t> cursor_ns;
  std::optional<std::uint64_t> cursor_event;
  std::string select;  // name of the coroutine to select; "": the one of the finding
};

// Draws the window into a file: PNG through the real window with offscreen OpenGL, SVG without OpenGL. Needs no
// display. Throws std::runtime_error with one line: the file is unreadable, the coroutine is unknown, or there is no
// OpenGL.
void render(const render_options& options);

}  // namespace weft::viz
