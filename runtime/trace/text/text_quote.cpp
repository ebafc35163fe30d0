#include "trace/text/text_quote.hpp"

#include <cstdio>

#include "trace/words/utf8.hpp"

namespace weft::diary {
namespace {

constexpr int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

}  // namespace

void append_quoted(std::string& out, std::string_view raw) {
  out += '"';
  while (!raw.empty()) {
    const utf8_step step = next_code_point(raw);
    const std::string_view bytes = raw.substr(0, step.length);
    raw.remove_prefix(step.length);
    if (step.valid && !is_control(step.code_point)) {
      if (step.code_point == '"' || step.code_point == '\\') out += '\\';
      out += bytes;
    } else if (bytes == "\n") {
      out += "\\n";
    } else if (bytes == "\t") {
      out += "\\t";
    } else {
      for (const char byte : bytes) {
        char escape[8];
        std::snprintf(escape, sizeof escape, "\\x%02x", static_cast<unsigned>(static_cast<unsigned char>(byte)));
        out += escape;
      }
    }
  }
  out += '"';
}

std::optional<std::string> take_quoted(std::string_view& text) {
  if (text.empty() || text[0] != '"') return std::nullopt;
  std::string raw;
  for (std::size_t i = 1; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '"') {
      text.remove_prefix(i + 1);
      return raw;
    }
    if (c != '\\') {
      raw += c;
      continue;
    }
    if (++i == text.size()) return std::nullopt;
    switch (text[i]) {
      case 'n':
        raw += '\n';
        break;
      case 't':
        raw += '\t';
        break;
      case '"':
      case '\\':
        raw += text[i];
        break;
      case 'x': {
        if (i + 2 >= text.size()) return std::nullopt;
        const int high = hex_value(text[i + 1]), low = hex_value(text[i + 2]);
        if (high < 0 || low < 0) return std::nullopt;
        raw += static_cast<char>(high * 16 + low);
        i += 2;
        break;
      }
      default:
        return std::nullopt;
    }
  }
  return std::nullopt;
}

void append_json(std::string& out, std::string_view shown) {
  out += '"';
  while (!shown.empty()) {
    const utf8_step step = next_code_point(shown);
    if (!step.valid) {
      out += "\xef\xbf\xbd";
    } else if (is_control(step.code_point)) {
      char escape[8];
      std::snprintf(escape, sizeof escape, "\\u%04x", static_cast<unsigned>(step.code_point));
      out += escape;
    } else {
      if (step.code_point == '"' || step.code_point == '\\') out += '\\';
      out += shown.substr(0, step.length);
    }
    shown.remove_prefix(step.length);
  }
  out += '"';
}

}  // namespace weft::diary
