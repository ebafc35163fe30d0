// Traces for tests, written as text: the test shows what is in the trace.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <sstream>
#include <string>
#include <vector>

#include "trace/text/trace_text.hpp"

namespace weft::tests {

// Returns the bytes of a trace of these lines; adds the first line of a text trace.
inline std::vector<std::uint8_t> trace_bytes(const std::string& lines) {
  std::istringstream in("# weft trace text 1\n" + lines);
  return diary::load_text(in, "test.trace.txt");
}

inline diary::reader trace_reader(const std::string& lines) {
  return diary::reader::from_bytes(trace_bytes(lines), "test.weft");
}

inline diary::history trace_history(const std::string& lines) { return diary::history(trace_reader(lines)); }

inline std::string dumped(const diary::history& h, const diary::dump_filter& filter = {}) {
  std::ostringstream out;
  diary::dump_text(h, out, filter);
  return out.str();
}

// Returns the dump of a trace that load_text made from a dump.
inline std::string dumped_again(const std::string& text) {
  std::istringstream in(text);
  return dumped(diary::history(diary::reader::from_bytes(diary::load_text(in, "again.trace.txt"), "again.weft")));
}

// The texts of all broken rules.
inline std::vector<std::string> violations_of(const diary::history& h) {
  std::vector<std::string> texts;
  for (const diary::violation& v : h.violations()) texts.push_back("#" + std::to_string(v.event) + " " + v.text);
  return texts;
}

}  // namespace weft::tests
