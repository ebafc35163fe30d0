#include "app/input_from_sdl.hpp"

namespace weft::viz {
namespace {

modifiers modifiers_now(SDL_Keymod state) {
  return {(state & KMOD_SHIFT) != 0, (state & (KMOD_CTRL | KMOD_GUI)) != 0, (state & KMOD_ALT) != 0};
}

// Makes inputs of named keys, and of letters with Ctrl or Alt. Plain characters come as text instead, so that '?' and
// '[' work on every keyboard.
std::optional<input> from_key(const SDL_KeyboardEvent& e) {
  const modifiers with = modifiers_now(static_cast<SDL_Keymod>(e.keysym.mod));
  const auto named = [&](key k) { return std::optional<input>(key_down{k, with}); };
  switch (e.keysym.sym) {
    case SDLK_LEFT:
      return named(key::left);
    case SDLK_RIGHT:
      return named(key::right);
    case SDLK_UP:
      return named(key::up);
    case SDLK_DOWN:
      return named(key::down);
    case SDLK_HOME:
      return named(key::home);
    case SDLK_END:
      return named(key::end);
    case SDLK_PAGEUP:
      return named(key::page_up);
    case SDLK_PAGEDOWN:
      return named(key::page_down);
    case SDLK_ESCAPE:
      return named(key::escape);
    case SDLK_RETURN:
    case SDLK_KP_ENTER:
      return named(key::enter);
    case SDLK_BACKSPACE:
      return named(key::backspace);
    case SDLK_DELETE:
      return named(key::del);
    case SDLK_TAB:
      return named(key::tab);
    default:
      break;
  }
  if (!with.ctrl && !with.alt) return std::nullopt;
  SDL_Keycode code = e.keysym.sym;
  if (code == SDLK_KP_PLUS || code == '=') code = '+';
  if (code == SDLK_KP_MINUS) code = '-';
  if (code == SDLK_KP_0) code = '0';
  if (code <= ' ' || code >= 0x7f) return std::nullopt;
  return key_down{letter(static_cast<char32_t>(code)), with};
}

// Some systems send a character as text, too, while Ctrl or Alt is held. Those came as keys. The right Alt key is part
// of many characters.
std::optional<input> from_text(const SDL_TextInputEvent& e, int held) {
  if ((held & (KMOD_CTRL | KMOD_GUI | KMOD_LALT)) != 0 && (held & (KMOD_RALT | KMOD_MODE)) == 0) return std::nullopt;
  const char c = e.text[0];
  if (c < ' ' || c >= 0x7f || e.text[1] != 0) return std::nullopt;
  const bool upper = c >= 'A' && c <= 'Z';
  // With the right Alt key a letter or a digit is not a character of its own.
  const bool is_plain = upper || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
  if (is_plain && (held & KMOD_RALT) != 0 && (held & KMOD_MODE) == 0) return std::nullopt;
  const char lower = upper ? static_cast<char>(c - 'A' + 'a') : c;
  // Capitals without Shift are those of Caps Lock.
  return key_down{letter(static_cast<char32_t>(lower)), {(held & KMOD_SHIFT) != 0, false, false}};
}

button button_of(std::uint8_t sdl_button) {
  return sdl_button == SDL_BUTTON_LEFT     ? button::left
         : sdl_button == SDL_BUTTON_MIDDLE ? button::middle
                                           : button::right;
}

}  // namespace

devices_now devices_of_user() {
  devices_now now;
  SDL_GetMouseState(&now.mouse_x, &now.mouse_y);
  now.held = SDL_GetModState();
  return now;
}

std::optional<input> input_from_sdl(const SDL_Event& event, const devices_now& now, float to_logical) {
  const auto at = [&](int x, int y) {
    return point{static_cast<float>(x) * to_logical, static_cast<float>(y) * to_logical};
  };
  switch (event.type) {
    case SDL_KEYDOWN:
      return from_key(event.key);
    case SDL_TEXTINPUT:
      return from_text(event.text, now.held);
    case SDL_MOUSEMOTION:
      return mouse_move{at(event.motion.x, event.motion.y)};
    case SDL_MOUSEBUTTONDOWN:
      return mouse_down{at(event.button.x, event.button.y), button_of(event.button.button), event.button.clicks,
                        modifiers_now(now.held)};
    case SDL_MOUSEBUTTONUP:
      return mouse_up{at(event.button.x, event.button.y), button_of(event.button.button)};
    case SDL_MOUSEWHEEL: {
      const float turn = event.wheel.direction == SDL_MOUSEWHEEL_FLIPPED ? -1.0f : 1.0f;
      return mouse_wheel{at(now.mouse_x, now.mouse_y), turn * event.wheel.preciseX, turn * event.wheel.preciseY,
                         modifiers_now(now.held)};
    }
    case SDL_WINDOWEVENT:
      if (event.window.event == SDL_WINDOWEVENT_LEAVE) return mouse_leave{};
      return std::nullopt;
    default:
      return std::nullopt;
  }
}

}  // namespace weft::viz
