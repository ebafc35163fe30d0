// Any text trace through every output of the command. Text is the shortest way to meaningful events.
#include <cstdint>
#include <sstream>
#include <string>

#include "everything.hpp"
#include "trace/text/trace_text.hpp"

using namespace weft;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::istringstream in("# weft trace text 1\n" + std::string(reinterpret_cast<const char*>(data), size));
  try {
    fuzz::ask_everything(diary::load_text(in, "fuzz"));
  } catch (const diary::file_error&) {
  }
  return 0;
}
