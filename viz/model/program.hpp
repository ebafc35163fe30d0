// The program that writes a live trace, as far as the viewer can control it. The connection belongs to app.
#pragma once

#include <cstdint>
#include <string>

namespace weft::viz {

enum class program_mode : std::uint8_t { running, pausing, paused, stepping };

struct program_status {
  bool takes_requests = false;
  program_mode mode = program_mode::running;
  std::string end = {};  // how it ended: "died: signal 9"; "": it runs, or nothing is known
};

// One running program on the start page.
struct listed_program {
  std::uint32_t pid = 0;
  std::string name;
  bool recording = false;
  friend bool operator==(const listed_program&, const listed_program&) = default;
};

}  // namespace weft::viz
