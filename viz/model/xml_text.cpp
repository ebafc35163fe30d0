#include "model/xml_text.hpp"

#include "trace/words/utf8.hpp"

namespace weft::viz {

std::string xml_text(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const diary::utf8_step step = diary::next_code_point(text);
    const std::string_view bytes = text.substr(0, step.length);
    text.remove_prefix(step.length);
    if (bytes == "&") {
      out += "&amp;";
    } else if (bytes == "<") {
      out += "&lt;";
    } else if (bytes == ">") {
      out += "&gt;";
    } else if (bytes == "\"") {
      out += "&quot;";
    } else if (bytes != "\n" && (!step.valid || diary::is_control(step.code_point))) {
      out += "\xef\xbf\xbd";
    } else {
      out += bytes;
    }
  }
  return out;
}

}  // namespace weft::viz
