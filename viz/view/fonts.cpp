#include "view/fonts.hpp"

#include <imgui.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <span>
#include <vector>

#include "view/imgui_canvas.hpp"
#include "view/imgui_fonts.hpp"

namespace weft::viz {
namespace {

// The usual places of the fonts; the first file that exists is used.
constexpr std::array sans_places{"/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf",
                                 "/usr/share/fonts/dejavu-sans-fonts/DejaVuSans.ttf",
                                 "/usr/share/fonts/TTF/DejaVuSans.ttf",
                                 "/usr/local/share/fonts/dejavu/DejaVuSans.ttf",
                                 "/System/Library/Fonts/Supplemental/Arial Unicode.ttf",
                                 "/System/Library/Fonts/Helvetica.ttc"};
constexpr std::array bold_places{
    "/usr/share/fonts/truetype/dejavu/DejaVuSans-Bold.ttf", "/usr/share/fonts/dejavu-sans-fonts/DejaVuSans-Bold.ttf",
    "/usr/share/fonts/TTF/DejaVuSans-Bold.ttf", "/usr/local/share/fonts/dejavu/DejaVuSans-Bold.ttf",
    "/System/Library/Fonts/Supplemental/Arial Bold.ttf"};
constexpr std::array mono_places{"/usr/share/fonts/truetype/dejavu/DejaVuSansMono.ttf",
                                 "/usr/share/fonts/dejavu-sans-mono-fonts/DejaVuSansMono.ttf",
                                 "/usr/share/fonts/TTF/DejaVuSansMono.ttf",
                                 "/usr/local/share/fonts/dejavu/DejaVuSansMono.ttf", "/System/Library/Fonts/Menlo.ttc"};
constexpr std::array far_places{"/usr/share/fonts/truetype/droid/DroidSansFallbackFull.ttf",
                                "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
                                "/usr/share/fonts/google-noto-cjk/NotoSansCJK-Regular.ttc",
                                "/usr/share/fonts/noto-cjk/NotoSansCJK-Regular.ttc",
                                "/usr/share/fonts/truetype/wqy/wqy-microhei.ttc",
                                "/System/Library/Fonts/PingFang.ttc",
                                "/System/Library/Fonts/Hiragino Sans GB.ttc"};

const char* first_that_exists(std::span<const char* const> paths) {
  for (const char* path : paths) {
    std::error_code ignored;
    if (std::filesystem::is_regular_file(path, ignored)) return path;
  }
  return nullptr;
}

// Calls f for each letter of a UTF-8 text; skips invalid bytes.
template <class F>
void for_each_letter(std::string_view words, F&& f) {
  for (std::size_t i = 0; i < words.size();) {
    const auto lead = static_cast<unsigned char>(words[i]);
    const std::size_t length = lead < 0x80 ? 1 : lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 0;
    if (length == 0 || i + length > words.size()) {
      ++i;
      continue;
    }
    char32_t letter = length == 1 ? lead : lead & (0x7fu >> length);
    for (std::size_t k = 1; k < length; ++k) letter = (letter << 6) | (static_cast<unsigned char>(words[i + k]) & 0x3f);
    f(letter);
    i += length;
  }
}

constexpr char32_t always_end = 0x100;  // Basic Latin and Latin-1 are always loaded
constexpr char32_t far_begin = 0x2e80;  // from here on letters come from the fallback font
// Dear ImGui needs the height of a line, font_size() returns the em; this is DejaVu's ratio.
constexpr float line_height_of_em = 1.164f;
constexpr std::string_view usual = "…“”‘’–—→←↑↓⇧−×µ·";

}  // namespace

void font_set::want(std::string_view words) {
  if (std::all_of(words.begin(), words.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; })) return;
  for_each_letter(words, [this](char32_t letter) {
    if (letter >= always_end && letter < 0x10000) wanted_.insert(letter);
  });
}

bool font_set::update(float scale) {
  if (scale_ == 0) want(usual);
  if (scale == scale_ && !wants_more()) return false;
  scale_ = scale;
  loaded_ = wanted_;
  notice_.clear();
  atlas_.Clear();

  const char* sans = first_that_exists(sans_places);
  const char* bold = first_that_exists(bold_places);
  const char* mono = first_that_exists(mono_places);
  const char* far = first_that_exists(far_places);
  if (sans == nullptr) notice_ = "no usual font was found (DejaVu Sans): the built-in one is used";

  // The atlas reads the ranges only while it is built, at the end of this function.
  ImVector<ImWchar> near_ranges, far_ranges;
  ImFontGlyphRangesBuilder near_letters, far_letters;
  for (ImWchar c = 0x20; c < always_end; ++c) near_letters.AddChar(c);
  bool any_far = false;
  for (const char32_t letter : loaded_) {
    (letter < far_begin ? near_letters : far_letters).AddChar(static_cast<ImWchar>(letter));
    any_far |= letter >= far_begin;
  }
  near_letters.BuildRanges(&near_ranges);
  far_letters.BuildRanges(&far_ranges);

  for (std::size_t i = 0; i < face_count; ++i) {
    const auto f = static_cast<face>(i);
    const char* path = is_mono(f) && mono != nullptr ? mono : is_bold(f) && bold != nullptr ? bold : sans;
    const float size = std::round(font_size(f) * line_height_of_em * scale * 2) / 2;
    ImFontConfig config;
    config.OversampleH = scale < 1.5f ? 3 : 1;
    config.OversampleV = 1;
    config.PixelSnapH = is_mono(f);
    config.SizePixels = size;
    fonts_[i] = path != nullptr ? atlas_.AddFontFromFileTTF(path, size, &config, near_ranges.Data)
                                : atlas_.AddFontDefault(&config);
    if (any_far && far != nullptr) {
      ImFontConfig merged;
      merged.MergeMode = true;
      merged.OversampleH = 1;
      atlas_.AddFontFromFileTTF(far, size, &merged, far_ranges.Data);
    }
  }
  imgui_fonts::use_freetype(atlas_);
  // As many periods as fit into some sixty pixels.
  const int period = pattern_period(scale);
  const int size = period * (64 / period);
  std::array<int, 3> places{};
  for (int& place : places) place = imgui_fonts::reserve(atlas_, size, size);
  atlas_.Build();
  unsigned char* pixels = nullptr;
  int width = 0, height = 0;
  atlas_.GetTexDataAsRGBA32(&pixels, &width, &height);
  for (std::size_t i = 0; i < places.size(); ++i) {
    const imgui_fonts::place place = imgui_fonts::place_of(atlas_, places[i]);
    const std::vector<std::uint8_t> tile = pattern_pixels(static_cast<pattern>(i), period);
    for (int y = 0; y < size; ++y) {
      for (int x = 0; x < size; ++x) {
        const auto from = static_cast<std::size_t>((y % period) * period + x % period) * 4;
        const auto to = static_cast<std::size_t>((place.y + y) * width + place.x + x) * 4;
        std::copy_n(tile.begin() + static_cast<std::ptrdiff_t>(from), 4, pixels + to);
      }
    }
    const float texel_u = 1 / static_cast<float>(width), texel_v = 1 / static_cast<float>(height);
    tiles_[i] = {static_cast<float>(place.x) * texel_u,
                 static_cast<float>(place.y) * texel_v,
                 texel_u,
                 texel_v,
                 static_cast<float>(period),
                 static_cast<float>(size)};
  }
  return true;
}

float font_set::pixel_size(face f) const { return imgui_fonts::size_of(*of(f)); }

float font_set::text_width(std::string_view words, face f) const {
  if (words.empty()) return 0;
  return imgui_fonts::width_of(*of(f), words) / scale_;
}

}  // namespace weft::viz
