#include "app/imgui_backend.hpp"

#include <backends/imgui_impl_opengl3.h>
#if IMGUI_VERSION_NUM >= 18720
#include <backends/imgui_impl_sdl2.h>
#else
#include <backends/imgui_impl_sdl.h>
#endif

#include <cstdint>

namespace weft::viz::imgui_backend {

bool start(SDL_Window* window, SDL_GLContext context) {
  return ImGui_ImplSDL2_InitForOpenGL(window, context) && ImGui_ImplOpenGL3_Init(nullptr);
}

void stop() {
  ImGui_ImplOpenGL3_Shutdown();
  ImGui_ImplSDL2_Shutdown();
}

void take_event(const SDL_Event& event) { ImGui_ImplSDL2_ProcessEvent(&event); }

void begin_frame() {
  ImGui_ImplOpenGL3_NewFrame();
#if IMGUI_VERSION_NUM >= 18500
  ImGui_ImplSDL2_NewFrame();
#else
  ImGui_ImplSDL2_NewFrame(nullptr);
#endif
}

void draw(ImDrawData* data) { ImGui_ImplOpenGL3_RenderDrawData(data); }

void replace_font_texture() {
  ImGui_ImplOpenGL3_DestroyFontsTexture();
  ImGui_ImplOpenGL3_CreateFontsTexture();
}

// A pointer in older versions, a number in newer ones.
ImTextureID texture_id(unsigned gl_texture) { return (ImTextureID) static_cast<std::intptr_t>(gl_texture); }

}  // namespace weft::viz::imgui_backend
