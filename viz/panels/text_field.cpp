#include "panels/text_field.hpp"

namespace weft::viz {
namespace {

// Resizes the string with the typed text.
int grow(ImGuiInputTextCallbackData* data) {
  if (data->EventFlag == ImGuiInputTextFlags_CallbackResize) {
    auto& text = *static_cast<std::string*>(data->UserData);
    text.resize(static_cast<std::size_t>(data->BufTextLen));
    data->Buf = text.data();
  }
  return 0;
}

}  // namespace

bool text_field(const char* id, const char* hint, std::string& text, const panel_frame& f) {
  f.fonts.want(text);
  return ImGui::InputTextWithHint(id, hint, text.data(), text.capacity() + 1, ImGuiInputTextFlags_CallbackResize, grow,
                                  &text);
}

}  // namespace weft::viz
