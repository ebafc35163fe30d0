#include "app/script_events.hpp"

#include <algorithm>
#include <cmath>

namespace weft::viz {
namespace {

constexpr int drag_moves = 8;  // the mouse passes through places between the two ends

class event_maker {
 public:
  event_maker(std::uint32_t window, float to_window) : window_(window), to_window_(to_window) {}

  SDL_Event motion(int x, int y, bool pressed = false) const {
    SDL_Event e{};
    e.type = SDL_MOUSEMOTION;
    e.motion.windowID = window_;
    e.motion.state = pressed ? SDL_BUTTON_LMASK : 0;
    e.motion.x = place(x);
    e.motion.y = place(y);
    return e;
  }
  SDL_Event button(bool down, int x, int y, std::uint8_t which = SDL_BUTTON_LEFT, std::uint8_t clicks = 1) const {
    SDL_Event e{};
    e.type = down ? SDL_MOUSEBUTTONDOWN : SDL_MOUSEBUTTONUP;
    e.button.windowID = window_;
    e.button.button = which;
    e.button.state = down ? SDL_PRESSED : SDL_RELEASED;
    e.button.clicks = clicks;
    e.button.x = place(x);
    e.button.y = place(y);
    return e;
  }
  SDL_Event wheel(float notches) const {
    SDL_Event e{};
    e.type = SDL_MOUSEWHEEL;
    e.wheel.windowID = window_;
    e.wheel.y = static_cast<int>(notches);
    e.wheel.preciseY = notches;
    return e;
  }
  SDL_Event key(bool down, const script::press_key& k) const {
    SDL_Event e{};
    e.type = down ? SDL_KEYDOWN : SDL_KEYUP;
    e.key.windowID = window_;
    e.key.state = down ? SDL_PRESSED : SDL_RELEASED;
    e.key.keysym.sym = k.code;
    e.key.keysym.scancode = SDL_GetScancodeFromKey(k.code);
    e.key.keysym.mod =
        static_cast<std::uint16_t>((k.shift ? KMOD_LSHIFT : 0) | (k.ctrl ? KMOD_LCTRL : 0) | (k.alt ? KMOD_LALT : 0));
    return e;
  }
  SDL_Event text(const std::string& character) const {
    SDL_Event e{};
    e.type = SDL_TEXTINPUT;
    e.text.windowID = window_;
    std::copy_n(character.begin(), std::min(character.size(), sizeof e.text.text - 1), e.text.text);
    return e;
  }

 private:
  int place(int px) const { return static_cast<int>(std::lround(static_cast<float>(px) * to_window_)); }

  std::uint32_t window_;
  float to_window_;
};

struct bursts_of {
  const event_maker make;

  std::vector<event_burst> operator()(const script::press_key& k) const {
    event_burst down{make.key(true, k)};
    if (!k.types.empty()) down.push_back(make.text(k.types));
    return {down, {make.key(false, k)}};
  }
  std::vector<event_burst> operator()(const script::type_text& t) const {
    std::vector<event_burst> all;
    for (const std::string& character : t.characters) all.push_back({make.text(character)});
    return all;
  }
  std::vector<event_burst> operator()(const script::move_mouse& m) const { return {{make.motion(m.x, m.y)}}; }
  std::vector<event_burst> operator()(const script::click& c) const {
    const std::uint8_t which = c.how == script::click::kind::right ? SDL_BUTTON_RIGHT : SDL_BUTTON_LEFT;
    std::vector<event_burst> all{{make.motion(c.x, c.y)}};
    const std::uint8_t count = c.how == script::click::kind::twice ? 2 : 1;
    for (std::uint8_t n = 1; n <= count; ++n) {
      all.push_back({make.button(true, c.x, c.y, which, n)});
      all.push_back({make.button(false, c.x, c.y, which, n)});
    }
    return all;
  }
  std::vector<event_burst> operator()(const script::drag& d) const {
    std::vector<event_burst> all{{make.motion(d.from_x, d.from_y)}, {make.button(true, d.from_x, d.from_y)}};
    for (int i = 1; i <= drag_moves; ++i) {
      all.push_back({make.motion(d.from_x + (d.to_x - d.from_x) * i / drag_moves,
                                 d.from_y + (d.to_y - d.from_y) * i / drag_moves, true)});
    }
    all.push_back({make.button(false, d.to_x, d.to_y)});
    return all;
  }
  std::vector<event_burst> operator()(const script::turn_wheel& w) const {
    return {{make.motion(w.x, w.y)}, {make.wheel(w.notches)}};
  }
  template <class Other>
  std::vector<event_burst> operator()(const Other&) const {
    return {};
  }
};

}  // namespace

std::vector<event_burst> events_of(const script::command& what, std::uint32_t window, float to_window) {
  return std::visit(bursts_of{event_maker(window, to_window)}, what);
}

}  // namespace weft::viz
