#include "panels/imgui_input.hpp"

#include <imgui.h>

#include <array>
#include <optional>

namespace weft::viz::imgui_input {
namespace {

struct key_pair {
  key ours;
  ImGuiKey theirs;
};

// All keys that a text field handles.
constexpr std::array keys{
    key_pair{key::left, ImGuiKey_LeftArrow},
    key_pair{key::right, ImGuiKey_RightArrow},
    key_pair{key::up, ImGuiKey_UpArrow},
    key_pair{key::down, ImGuiKey_DownArrow},
    key_pair{key::home, ImGuiKey_Home},
    key_pair{key::end, ImGuiKey_End},
    key_pair{key::page_up, ImGuiKey_PageUp},
    key_pair{key::page_down, ImGuiKey_PageDown},
    key_pair{key::escape, ImGuiKey_Escape},
    key_pair{key::enter, ImGuiKey_Enter},
    key_pair{key::backspace, ImGuiKey_Backspace},
    key_pair{key::del, ImGuiKey_Delete},
    key_pair{key::tab, ImGuiKey_Tab},
    key_pair{letter('a'), ImGuiKey_A},
    key_pair{letter('c'), ImGuiKey_C},
    key_pair{letter('v'), ImGuiKey_V},
    key_pair{letter('x'), ImGuiKey_X},
    key_pair{letter('y'), ImGuiKey_Y},
    key_pair{letter('z'), ImGuiKey_Z},
};

std::optional<ImGuiKey> theirs(key which) {
  for (const key_pair& k : keys) {
    if (k.ours == which) return k.theirs;
  }
  return std::nullopt;
}

// From 1.87 on inputs are events; earlier they were states.
#if IMGUI_VERSION_NUM >= 18700

#if IMGUI_VERSION_NUM >= 18900
constexpr auto ctrl_key = ImGuiMod_Ctrl, shift_key = ImGuiMod_Shift, alt_key = ImGuiMod_Alt;
#else
constexpr auto ctrl_key = ImGuiKey_ModCtrl, shift_key = ImGuiKey_ModShift, alt_key = ImGuiKey_ModAlt;
#endif

void set_modifiers(ImGuiIO& io, modifiers with) {
  io.AddKeyEvent(ctrl_key, with.ctrl);
  io.AddKeyEvent(shift_key, with.shift);
  io.AddKeyEvent(alt_key, with.alt);
}
void set_key(ImGuiIO& io, ImGuiKey which, bool down) { io.AddKeyEvent(which, down); }
void set_place(ImGuiIO& io, float x, float y) { io.AddMousePosEvent(x, y); }
void set_button(ImGuiIO& io, int which, bool down) { io.AddMouseButtonEvent(which, down); }
void turn_wheel(ImGuiIO& io, float x, float y) { io.AddMouseWheelEvent(x, y); }

#else

void set_modifiers(ImGuiIO& io, modifiers with) {
  io.KeyCtrl = with.ctrl;
  io.KeyShift = with.shift;
  io.KeyAlt = with.alt;
}
void set_key(ImGuiIO& io, ImGuiKey which, bool down) { io.KeysDown[which] = down; }
void set_place(ImGuiIO& io, float x, float y) { io.MousePos = {x, y}; }
void set_button(ImGuiIO& io, int which, bool down) { io.MouseDown[which] = down; }
void turn_wheel(ImGuiIO& io, float x, float y) {
  io.MouseWheelH += x;
  io.MouseWheel += y;
}

#endif

int number_of(button which) { return which == button::left ? 0 : which == button::right ? 1 : 2; }

struct feeder {
  ImGuiIO& io;
  float scale;

  void place(point at) const { set_place(io, at.x * scale, at.y * scale); }

  void operator()(const key_down& k) const {
    set_modifiers(io, k.with);
    const std::optional<ImGuiKey> which = theirs(k.which);
    const bool is_letter = static_cast<std::uint32_t>(k.which) < 0x110000;
    // A letter without Ctrl arrives as text.
    if (which && (!is_letter || k.with.ctrl)) set_key(io, *which, true);
  }
  void operator()(const text_typed& t) const { io.AddInputCharactersUTF8(t.utf8.c_str()); }
  void operator()(const mouse_move& m) const { place(m.at); }
  void operator()(const mouse_leave&) const { set_place(io, -1e6f, -1e6f); }
  void operator()(const mouse_down& m) const {
    set_modifiers(io, m.with);
    place(m.at);
    set_button(io, number_of(m.which), true);
  }
  void operator()(const mouse_up& m) const {
    place(m.at);
    set_button(io, number_of(m.which), false);
  }
  void operator()(const mouse_wheel& m) const {
    place(m.at);
    turn_wheel(io, m.dx, m.dy);
  }
};

}  // namespace

void start() {
#if IMGUI_VERSION_NUM < 18700
  for (const key_pair& k : keys) ImGui::GetIO().KeyMap[k.theirs] = k.theirs;
#endif
}

bool edits_text(const key_down& pressed) {
  return pressed.with.ctrl && !pressed.with.shift && theirs(pressed.which).has_value();
}

void feed(const input& what, float scale) { std::visit(feeder{ImGui::GetIO(), scale}, what); }

void release_keys() {
  ImGuiIO& io = ImGui::GetIO();
  for (const key_pair& k : keys) set_key(io, k.theirs, false);
  set_modifiers(io, {});
}

}  // namespace weft::viz::imgui_input
