#include "view/theme.hpp"

namespace weft::viz {

colour theme::of(span_kind kind) const {
  switch (kind) {
    case span_kind::nothing:
      return idle;
    case span_kind::running:
      return running;
    case span_kind::ready:
      return ready;
    case span_kind::io:
      return io;
    case span_kind::other:
      return other;
    case span_kind::sleeping:
      return sleeping;
  }
  return idle;
}

const theme& dark_theme() {
  static const theme t{
      .ground = colour::hex(0x14161b),
      .panel = colour::hex(0x1b1e25),
      .raised = colour::hex(0x20242c),
      .line = colour::hex(0x2c313b),
      .text = colour::hex(0xd9dde5),
      .text_dim = colour::hex(0x9aa3b2),
      .text_faint = colour::hex(0x737d8c),
      .accent = colour::hex(0x56b4e9),
      .running = colour::hex(0x2fb68a),
      .ready = colour::hex(0xe8a33d),
      .io = colour::hex(0x3f8fd2),
      .other = colour::hex(0xc47fb0),
      .sleeping = colour::hex(0x6b7684),
      .holding = colour::hex(0xe0603a),
      .idle = colour::hex(0x39404c),
      .on_running = colour::hex(0x0c1411),
      .on_holding = colour::hex(0xffffff),
      .cursor = colour::hex(0xf4f6fa),
      .cursor_text = colour::hex(0x14161b),
      .row = colour::hex(0x56b4e9, 0.09f),
      .finding_minor = colour::hex(0xc47fb0),
  };
  return t;
}

const theme& light_theme() {
  static const theme t{
      .ground = colour::hex(0xfbfcfd),
      .panel = colour::hex(0xf0f2f5),
      .raised = colour::hex(0xffffff),
      .line = colour::hex(0xd5dae1),
      .text = colour::hex(0x1c2129),
      .text_dim = colour::hex(0x535d6b),
      .text_faint = colour::hex(0x75808f),
      .accent = colour::hex(0x0072b2),
      .running = colour::hex(0x1f9d74),
      .ready = colour::hex(0xb87408),
      .io = colour::hex(0x2272b8),
      .other = colour::hex(0xa2548c),
      .sleeping = colour::hex(0x8a94a3),
      .holding = colour::hex(0xd14a22),
      .idle = colour::hex(0xc3cad4),
      .on_running = colour::hex(0xffffff),
      .on_holding = colour::hex(0xffffff),
      .cursor = colour::hex(0x14161b),
      .cursor_text = colour::hex(0xffffff),
      .row = colour::hex(0x0072b2, 0.09f),
      .finding_minor = colour::hex(0xa2548c),
  };
  return t;
}

std::optional<pattern> pattern_of(span_kind kind) {
  switch (kind) {
    case span_kind::ready:
      return pattern::dots;
    case span_kind::io:
      return pattern::diagonal;
    case span_kind::other:
      return pattern::cross;
    case span_kind::nothing:
    case span_kind::running:
    case span_kind::sleeping:
      return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace weft::viz
