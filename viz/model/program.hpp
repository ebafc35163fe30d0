// The program that writes a live trace, as far as the viewer can say something to it. The connection is app's.
#pragma once

#include <cstdint>

namespace weft::viz {

enum class program_mode : std::uint8_t { running, pausing, paused, stepping };

struct program_status {
  bool takes_requests = false;
  program_mode mode = program_mode::running;
};

}  // namespace weft::viz
