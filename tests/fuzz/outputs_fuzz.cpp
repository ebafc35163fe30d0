// Any chunks through every output of the command: for what text cannot express, such as damaged headers, gaps and
// packed checkpoints.
#include <cstdint>

#include "chunks.hpp"
#include "everything.hpp"
#include "trace/words/diary_event.hpp"

using namespace weft;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    fuzz::ask_everything(fuzz::file_from(data, size));
  } catch (const diary::file_error&) {
  }
  return 0;
}
