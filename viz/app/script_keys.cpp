#include "app/script_keys.hpp"

#include <SDL_keyboard.h>

#include <algorithm>
#include <string>

namespace weft::viz {
namespace {

struct named_key {
  std::string_view name;
  SDL_Keycode code;
};

// SDL_GetKeyFromName knows these keys only by their characters.
constexpr named_key by_constant[]{
    {"space", SDLK_SPACE},
    {"exclaim", SDLK_EXCLAIM},
    {"quotedbl", SDLK_QUOTEDBL},
    {"hash", SDLK_HASH},
    {"percent", SDLK_PERCENT},
    {"dollar", SDLK_DOLLAR},
    {"ampersand", SDLK_AMPERSAND},
    {"quote", SDLK_QUOTE},
    {"leftparen", SDLK_LEFTPAREN},
    {"rightparen", SDLK_RIGHTPAREN},
    {"asterisk", SDLK_ASTERISK},
    {"plus", SDLK_PLUS},
    {"comma", SDLK_COMMA},
    {"minus", SDLK_MINUS},
    {"period", SDLK_PERIOD},
    {"slash", SDLK_SLASH},
    {"colon", SDLK_COLON},
    {"semicolon", SDLK_SEMICOLON},
    {"less", SDLK_LESS},
    {"equals", SDLK_EQUALS},
    {"greater", SDLK_GREATER},
    {"question", SDLK_QUESTION},
    {"at", SDLK_AT},
    {"leftbracket", SDLK_LEFTBRACKET},
    {"backslash", SDLK_BACKSLASH},
    {"rightbracket", SDLK_RIGHTBRACKET},
    {"caret", SDLK_CARET},
    {"underscore", SDLK_UNDERSCORE},
    {"backquote", SDLK_BACKQUOTE},
    {"kp_0", SDLK_KP_0},
    {"kp_1", SDLK_KP_1},
    {"kp_2", SDLK_KP_2},
    {"kp_3", SDLK_KP_3},
    {"kp_4", SDLK_KP_4},
    {"kp_5", SDLK_KP_5},
    {"kp_6", SDLK_KP_6},
    {"kp_7", SDLK_KP_7},
    {"kp_8", SDLK_KP_8},
    {"kp_9", SDLK_KP_9},
    {"kp_plus", SDLK_KP_PLUS},
    {"kp_minus", SDLK_KP_MINUS},
    {"kp_multiply", SDLK_KP_MULTIPLY},
    {"kp_divide", SDLK_KP_DIVIDE},
    {"kp_period", SDLK_KP_PERIOD},
    {"kp_enter", SDLK_KP_ENTER},
};

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool same(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) { return lower(x) == lower(y); });
}

SDL_Keycode code_of(std::string_view name) {
  const auto* found = std::find_if(std::begin(by_constant), std::end(by_constant),
                                   [&](const named_key& k) { return same(k.name, name); });
  return found != std::end(by_constant) ? found->code : SDL_GetKeyFromName(std::string(name).c_str());
}

std::string utf8(char32_t code) {
  const auto byte = [](char32_t bits) { return static_cast<char>(bits); };
  const auto more = [&](int shift) { return byte(0x80 | (code >> shift & 0x3f)); };
  if (code < 0x80) return {byte(code)};
  if (code < 0x800) return {byte(0xc0 | code >> 6), more(0)};
  if (code < 0x10000) return {byte(0xe0 | code >> 12), more(6), more(0)};
  return {byte(0xf0 | code >> 18), more(12), more(6), more(0)};
}

// Returns "" for a key that types nothing.
std::string typed_by(SDL_Keycode code, bool shift) {
  constexpr std::string_view keypad = "123456789";
  if (code >= SDLK_KP_1 && code <= SDLK_KP_9) return {keypad[static_cast<std::size_t>(code - SDLK_KP_1)]};
  switch (code) {
    case SDLK_KP_0:
      return "0";
    case SDLK_KP_PLUS:
      return "+";
    case SDLK_KP_MINUS:
      return "-";
    case SDLK_KP_MULTIPLY:
      return "*";
    case SDLK_KP_DIVIDE:
      return "/";
    case SDLK_KP_PERIOD:
      return ".";
    default:
      break;
  }
  if ((code & SDLK_SCANCODE_MASK) != 0 || code < ' ' || code == SDLK_DELETE) return "";
  if (!shift || code >= 0x7f) return utf8(static_cast<char32_t>(code));
  constexpr std::string_view plain = "`1234567890-=[]\\;',./", shifted = "~!@#$%^&*()_+{}|:\"<>?";
  const auto c = static_cast<char>(code);
  if (c >= 'a' && c <= 'z') return {static_cast<char>(c - 'a' + 'A')};
  const std::size_t i = plain.find(c);
  return {i == std::string_view::npos ? c : shifted[i]};
}

}  // namespace

std::optional<script::press_key> script_key(std::string_view name) {
  script::press_key key{SDLK_UNKNOWN, false, false, false, ""};
  while (true) {
    const std::size_t plus = name.find('+');
    if (plus == 0 || plus == std::string_view::npos) break;  // "+" is a key itself
    const std::string_view with = name.substr(0, plus);
    if (same(with, "shift")) {
      key.shift = true;
    } else if (same(with, "ctrl")) {
      key.ctrl = true;
    } else if (same(with, "alt")) {
      key.alt = true;
    } else {
      break;
    }
    name.remove_prefix(plus + 1);
  }
  key.code = name.empty() ? SDLK_UNKNOWN : code_of(name);
  if (key.code == SDLK_UNKNOWN) return std::nullopt;
  if (!key.ctrl && !key.alt) key.types = typed_by(key.code, key.shift);
  return key;
}

}  // namespace weft::viz
