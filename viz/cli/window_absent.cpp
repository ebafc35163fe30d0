#include "cli/output/console.hpp"
#include "cli/window.hpp"

namespace weft::viz::cli {
namespace {

[[noreturn]] void refuse() {
  throw usage_error(
      "this build of weft has no window: build it with -DWEFT_BUILD_VIZ=ON; weft state, stat and dump work");
}

}  // namespace

bool has_window() { return false; }
bool has_display() { return false; }
std::shared_ptr<const window_script> read_script(const std::string&, const std::string&, console&) { refuse(); }
int open_window(const window_request&) { refuse(); }
void draw_picture(const picture_request&) { refuse(); }

}  // namespace weft::viz::cli
