// What the `weft` command asks of the window. No window library shows through here.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "app/program_source.hpp"

namespace weft::viz {

struct view_options {
  std::vector<std::string> files;     // none: the start page
  bool live = false;                  // the file may still grow: follow it
  std::uint32_t live_pid = 0;         // of the program that writes it; 0: as the file says
  std::string theme;                  // "dark", "light"; "": what was used last
  program_source programs = {};       // what the start page offers
  control_client* program = nullptr;  // to pause and step a live program by; null: it takes no requests
};

// Shows the window and blocks until it is closed; returns the exit status 0. Closing it does not touch the program that
// writes the trace. Throws std::runtime_error with one line if no window can be opened or a file cannot be read. Call
// from the main thread, once at a time.
int run_window(const view_options& options);

struct render_options {
  std::string file, out;  // out ends in .png or .svg
  int width = 1600, height = 1000;
  std::optional<std::int64_t> from_ns, to_ns;  // default: the whole trace
  std::string theme;                           // "light"; everything else: dark
  // Where the cursor stands, at a time or behind an event; default: within the worst finding, else the middle.
  std::optional<std::int64_t> cursor_ns;
  std::optional<std::uint64_t> cursor_event;
  std::string select;  // name of the coroutine to select; "": the finding's
};

// Draws the window into a file: PNG through the real window on an offscreen OpenGL, SVG without OpenGL. Needs no
// display. Throws std::runtime_error with one line: an unreadable file, an unknown coroutine, no OpenGL to be had.
void render(const render_options& options);

}  // namespace weft::viz
