#include "view/svg_canvas.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <utility>

#include "model/xml_text.hpp"

namespace weft::viz {
namespace {

std::string number(float value) {
  std::array<char, 32> text{};
  const int length = std::snprintf(text.data(), text.size(), "%.2f", static_cast<double>(value));
  std::string result(text.data(), static_cast<std::size_t>(std::max(length, 0)));
  while (result.back() == '0') result.pop_back();
  if (result.back() == '.') result.pop_back();
  return result == "-0" ? "0" : result;
}

// Writes name="#rrggbb", and the opacity unless it is 1.
std::string paint(const char* name, colour ink) {
  std::array<char, 16> hex{};
  std::snprintf(hex.data(), hex.size(), "#%02x%02x%02x", ink.r, ink.g, ink.b);
  std::string result = std::string(" ") + name + "=\"" + hex.data() + "\"";
  if (ink.a != 255) {
    result += std::string(" ") + name + "-opacity=\"" + number(static_cast<float>(ink.a) / 255) + "\"";
  }
  return result;
}

std::string box(const rect& area) {
  return " x=\"" + number(area.x) + "\" y=\"" + number(area.y) + "\" width=\"" + number(std::max(0.0f, area.w)) +
         "\" height=\"" + number(std::max(0.0f, area.h)) + "\"";
}

std::string rounding(float radius) { return radius > 0 ? " rx=\"" + number(radius) + "\"" : std::string(); }

std::string pattern_definition(std::size_t id, pattern kind, colour ink) {
  std::string head =
      "<pattern id=\"p" + std::to_string(id) + "\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\"";
  if (kind == pattern::diagonal) head += " patternTransform=\"rotate(45)\"";
  head += "><rect width=\"6\" height=\"6\"" + paint("fill", ink.faded(0.26f)) + "/>";
  switch (kind) {
    case pattern::dots:
      head += "<circle cx=\"1.5\" cy=\"1.5\" r=\"1\"" + paint("fill", ink.faded(0.9f)) +
              "/><circle cx=\"4.5\" cy=\"4.5\" r=\"1\"" + paint("fill", ink.faded(0.9f)) + "/>";
      break;
    case pattern::diagonal:
      head += "<rect width=\"2\" height=\"6\"" + paint("fill", ink.faded(0.75f)) + "/>";
      break;
    case pattern::cross:
      head += "<path d=\"M0 0L6 6M6 0L0 6\" stroke-width=\"1\"" + paint("stroke", ink.faded(0.75f)) + "/>";
      break;
  }
  return head + "</pattern>\n";
}

}  // namespace

svg_canvas::svg_canvas(float width, float height, measure_text measure)
    : width_(width), height_(height), measure_(std::move(measure)) {}

std::string svg_canvas::document() const {
  const std::string w = number(width_), h = number(height_);
  return "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"" + w + "\" height=\"" + h + "\" viewBox=\"0 0 " + w + " " +
         h + "\">\n<defs>\n" + definitions_ + "</defs>\n" + body_ + "</svg>\n";
}

void svg_canvas::fill(const rect& area, colour ink, float radius) {
  body_ += "<rect" + box(area) + rounding(radius) + paint("fill", ink) + "/>\n";
}

void svg_canvas::fill_pattern(const rect& area, pattern kind, colour ink) {
  std::size_t id = 0;
  while (id < patterns_.size() && !(patterns_[id].kind == kind && patterns_[id].ink == ink)) ++id;
  if (id == patterns_.size()) {
    patterns_.push_back({kind, ink});
    definitions_ += pattern_definition(id, kind, ink);
  }
  body_ += "<rect" + box(area) + " fill=\"url(#p" + std::to_string(id) + ")\"/>\n";
}

void svg_canvas::frame(const rect& area, colour ink, float width, float radius) {
  body_ += "<rect" + box(area.inset(width / 2, width / 2)) + rounding(radius) + " fill=\"none\" stroke-width=\"" +
           number(width) + "\"" + paint("stroke", ink) + "/>\n";
}

void svg_canvas::line(point from, point to, colour ink, float width) {
  body_ += "<line x1=\"" + number(from.x) + "\" y1=\"" + number(from.y) + "\" x2=\"" + number(to.x) + "\" y2=\"" +
           number(to.y) + "\" stroke-width=\"" + number(width) + "\"" + paint("stroke", ink) + "/>\n";
}

void svg_canvas::curve(point from, point control_from, point control_to, point to, colour ink, float width) {
  const auto pair = [](point p) { return number(p.x) + " " + number(p.y); };
  body_ += "<path d=\"M" + pair(from) + "C" + pair(control_from) + " " + pair(control_to) + " " + pair(to) +
           "\" fill=\"none\" stroke-width=\"" + number(width) + "\"" + paint("stroke", ink) + "/>\n";
}

void svg_canvas::triangle(point a, point b, point c, colour ink) {
  body_ += "<path d=\"M" + number(a.x) + " " + number(a.y) + "L" + number(b.x) + " " + number(b.y) + "L" + number(c.x) +
           " " + number(c.y) + "Z\"" + paint("fill", ink) + "/>\n";
}

void svg_canvas::disc(point centre, float radius, colour ink) {
  body_ += "<circle cx=\"" + number(centre.x) + "\" cy=\"" + number(centre.y) + "\" r=\"" + number(radius) + "\"" +
           paint("fill", ink) + "/>\n";
}

void svg_canvas::text(point at, std::string_view words, face f, colour ink, align a) {
  body_ += "<text x=\"" + number(at.x) + "\" y=\"" + number(at.y) + "\" font-size=\"" + number(font_size(f)) + "\"" +
           " font-family=\"" +
           (is_mono(f) ? "DejaVu Sans Mono,Menlo,monospace" : "DejaVu Sans,Noto Sans CJK SC,sans-serif") + "\"" +
           (is_bold(f) ? " font-weight=\"bold\"" : "") +
           (a == align::centre  ? " text-anchor=\"middle\""
            : a == align::right ? " text-anchor=\"end\""
                                : "") +
           " xml:space=\"preserve\"" + paint("fill", ink) + ">" + xml_text(words) + "</text>\n";
}

void svg_canvas::push_clip(const rect& area) {
  definitions_ += "<clipPath id=\"c" + std::to_string(clips_) + "\"><rect" + box(area) + "/></clipPath>\n";
  body_ += "<g clip-path=\"url(#c" + std::to_string(clips_) + ")\">\n";
  ++clips_;
}

void svg_canvas::pop_clip() { body_ += "</g>\n"; }

}  // namespace weft::viz
