#include "app/imgui_backend.hpp"

#include <backends/imgui_impl_opengl3.h>

#include <cstdint>

namespace weft::viz::imgui_backend {

bool start() {
  if (!ImGui_ImplOpenGL3_Init(nullptr)) return false;
#if IMGUI_VERSION_NUM >= 19200
  // The atlas is built at once, with the letters that occur, as in the versions before.
  ImGui::GetIO().BackendFlags &= ~ImGuiBackendFlags_RendererHasTextures;
#endif
  return true;
}

void stop() { ImGui_ImplOpenGL3_Shutdown(); }

void begin_frame() { ImGui_ImplOpenGL3_NewFrame(); }

void draw(ImDrawData* data) { ImGui_ImplOpenGL3_RenderDrawData(data); }

#if IMGUI_VERSION_NUM >= 19200
// The library asks for textures by their status; with atlases that are built at once nobody but this does it.
void replace_font_texture() { ImGui_ImplOpenGL3_UpdateTexture(ImGui::GetIO().Fonts->TexData); }
#else
void replace_font_texture() {
  ImGui_ImplOpenGL3_DestroyFontsTexture();
  ImGui_ImplOpenGL3_CreateFontsTexture();
}
#endif

// A pointer in older versions, a number in newer ones.
ImTextureID texture_id(unsigned gl_texture) { return (ImTextureID) static_cast<std::intptr_t>(gl_texture); }

#if IMGUI_VERSION_NUM >= 19110

namespace {
struct {
  void* owner;
  const char* (*get)(void*);
  void (*set)(void*, const char*);
} clipboard;
}  // namespace

void use_clipboard(void* owner, const char* (*get)(void*), void (*set)(void*, const char*)) {
  clipboard = {owner, get, set};
  ImGuiPlatformIO& io = ImGui::GetPlatformIO();
  io.Platform_GetClipboardTextFn = [](ImGuiContext*) { return clipboard.get(clipboard.owner); };
  io.Platform_SetClipboardTextFn = [](ImGuiContext*, const char* text) { clipboard.set(clipboard.owner, text); };
}

#else

void use_clipboard(void* owner, const char* (*get)(void*), void (*set)(void*, const char*)) {
  ImGuiIO& io = ImGui::GetIO();
  io.ClipboardUserData = owner;
  io.GetClipboardTextFn = get;
  io.SetClipboardTextFn = set;
}

#endif

}  // namespace weft::viz::imgui_backend
