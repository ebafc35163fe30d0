#include "view/imgui_fonts.hpp"

#ifdef WEFT_IMGUI_FREETYPE
#include <imgui_freetype.h>
#endif

namespace weft::viz::imgui_fonts {

#if IMGUI_VERSION_NUM >= 19200

float size_of(ImFont& font) { return font.LegacySize; }
float ascent_of(ImFont& font) { return font.GetFontBaked(font.LegacySize)->Ascent; }
int reserve(ImFontAtlas& atlas, int width, int height) { return atlas.AddCustomRect(width, height); }
place place_of(ImFontAtlas& atlas, int number) {
  ImFontAtlasRect r;
  if (!atlas.GetCustomRect(number, &r)) return {};
  return {r.x, r.y};
}
void use_freetype(ImFontAtlas& atlas) {
#ifdef WEFT_IMGUI_FREETYPE
  atlas.SetFontLoader(ImGuiFreeType::GetFontLoader());
  atlas.FontLoaderFlags = ImGuiFreeTypeLoaderFlags_LightHinting;
#else
  static_cast<void>(atlas);
#endif
}

#else

float size_of(ImFont& font) { return font.FontSize; }
float ascent_of(ImFont& font) { return font.Ascent; }
int reserve(ImFontAtlas& atlas, int width, int height) { return atlas.AddCustomRectRegular(width, height); }
place place_of(ImFontAtlas& atlas, int number) {
  const ImFontAtlasCustomRect& r = *atlas.GetCustomRectByIndex(number);
  return {r.X, r.Y};
}
void use_freetype(ImFontAtlas& atlas) {
#ifdef WEFT_IMGUI_FREETYPE
  atlas.FontBuilderIO = ImGuiFreeType::GetBuilderForFreeType();
  atlas.FontBuilderFlags = ImGuiFreeTypeBuilderFlags_LightHinting;
#else
  static_cast<void>(atlas);
#endif
}

#endif

float width_of(ImFont& font, std::string_view words) {
  return font.CalcTextSizeA(size_of(font), 1e9f, 0, words.data(), words.data() + words.size()).x;
}

}  // namespace weft::viz::imgui_fonts
