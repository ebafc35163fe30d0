// Dear ImGui's SDL2 and OpenGL3 backends. Their names and types differ between Dear ImGui 1.86 and later; only
// imgui_backend.cpp knows the differences.
#pragma once

#include <SDL.h>
#include <imgui.h>

namespace weft::viz::imgui_backend {

// Needs the window's current OpenGL context.
bool start(SDL_Window* window, SDL_GLContext context);
void stop();
void take_event(const SDL_Event& event);
void begin_frame();
void draw(ImDrawData* data);
// Call after the atlas was rebuilt.
void replace_font_texture();
ImTextureID texture_id(unsigned gl_texture);

}  // namespace weft::viz::imgui_backend
