// The fonts of the window: found on the system, loaded at the size of the screen, with only the letters that occur.
// Knows Dear ImGui's atlas, not the window.
#pragma once

#include <array>
#include <set>
#include <string>
#include <string_view>

#include "view/canvas.hpp"

struct ImFont;
struct ImFontAtlas;

namespace weft::viz {

class font_set {
 public:
  // Loads into `atlas`, which must outlive this object. Uses Dear ImGui's own font if no usual font is found; notice()
  // then says so.
  explicit font_set(ImFontAtlas& atlas) : atlas_(atlas) {}

  // Loads everything again if the scale changed or wanted letters are missing. Returns true if it did: the caller must
  // then make a new texture of the atlas.
  bool update(float scale);
  // Notes letters that are not loaded yet.
  void want(std::string_view words);
  bool wants_more() const { return loaded_ != wanted_; }

  ImFont* of(face f) const { return fonts_[static_cast<std::size_t>(f)]; }
  float scale() const { return scale_; }
  ImFontAtlas& atlas() const { return atlas_; }
  // The size that Dear ImGui needs, in physical pixels.
  float pixel_size(face f) const;
  // In logical pixels.
  float line_height(face f) const { return pixel_size(f) / scale_; }
  float text_width(std::string_view words, face f) const;
  const std::string& notice() const { return notice_; }

  // The atlas has a piece of each pattern beside the letters. Small areas then need no texture of their own; a frame
  // could alternate between textures thousands of times.
  struct pattern_tile {
    float u = 0, v = 0;  // of its first pixel, in the atlas
    float texel_u = 0, texel_v = 0;
    float period = 6, size = 0;  // physical pixels
  };
  const pattern_tile& tile(pattern kind) const { return tiles_[static_cast<std::size_t>(kind)]; }

 private:
  ImFontAtlas& atlas_;
  std::array<ImFont*, face_count> fonts_{};
  std::set<char32_t> wanted_, loaded_;
  float scale_ = 0;
  std::string notice_;
  std::array<pattern_tile, 3> tiles_{};
};

}  // namespace weft::viz
