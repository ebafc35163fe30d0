// What Dear ImGui's fonts are called in its versions. Until 1.91 a font has one size, and its atlas one texture; from
// 1.92 on it has as many sizes as are asked for, and textures come and go. weft loads each size as a font of its own
// and builds the atlas at once, which both understand.
#pragma once

#include <imgui.h>

#include <string_view>

namespace weft::viz::imgui_fonts {

// In pixels: the size that the font was loaded with, and from the top of a line to the baseline.
float size_of(ImFont& font);
float ascent_of(ImFont& font);
float width_of(ImFont& font, std::string_view words);

#if IMGUI_VERSION_NUM >= 19200
inline ImTextureRef texture_of(ImFontAtlas& atlas) { return atlas.TexRef; }
#else
inline ImTextureID texture_of(ImFontAtlas& atlas) { return atlas.TexID; }
#endif

// FreeType draws the letters, if the library has it.
void use_freetype(ImFontAtlas& atlas);

// A place in the built atlas.
struct place {
  int x = 0, y = 0;
};
int reserve(ImFontAtlas& atlas, int width, int height);  // before it is built; returns a number
place place_of(ImFontAtlas& atlas, int number);

}  // namespace weft::viz::imgui_fonts
