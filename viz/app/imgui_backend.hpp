// Dear ImGui's OpenGL3 backend, its clipboard and its textures. Their names and types differ between Dear ImGui 1.86
// and later; the differences are in imgui_backend.cpp and nowhere else. What the user does reaches Dear ImGui by
// panels/imgui_input.hpp.
#pragma once

#include <imgui.h>

namespace weft::viz::imgui_backend {

// With the window's OpenGL context current.
bool start();
void stop();
void begin_frame();
void draw(ImDrawData* data);
// Call after the atlas was rebuilt.
void replace_font_texture();
ImTextureID texture_id(unsigned gl_texture);
// Copying and pasting goes by these, which get `owner`.
void use_clipboard(void* owner, const char* (*get)(void* owner), void (*set)(void* owner, const char* text));

}  // namespace weft::viz::imgui_backend
