// Any text through the loader; what it accepts must dump and load to the same dump.
#include <cstdint>
#include <cstdlib>
#include <sstream>
#include <string>

#include "trace/text/trace_text.hpp"

using namespace weft::diary;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::istringstream in("# weft trace text 1\n" + std::string(reinterpret_cast<const char*>(data), size));
  try {
    const history h(reader::from_bytes(load_text(in, "fuzz"), "fuzz"));
    std::ostringstream once, twice;
    dump_text(h, once);
    std::istringstream dumped(once.str());
    const history again(reader::from_bytes(load_text(dumped, "again"), "again"));
    dump_text(again, twice);
    if (once.str() != twice.str()) std::abort();
  } catch (const file_error&) {
  }
  return 0;
}
