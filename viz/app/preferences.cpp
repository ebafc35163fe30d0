#include "app/preferences.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace weft::viz {
namespace {

std::filesystem::path file() {
  const char* configured = std::getenv("XDG_CONFIG_HOME");
  if (configured != nullptr && *configured != 0) return std::filesystem::path(configured) / "weft" / "window";
  const char* home = std::getenv("HOME");
  if (home == nullptr || *home == 0) return {};
  return std::filesystem::path(home) / ".config" / "weft" / "window";
}

}  // namespace

void load_preferences(viewer_model& model) {
  std::ifstream in(file());
  std::string line;
  while (std::getline(in, line)) {
    std::istringstream words(line);
    std::string name;
    float value = 0;
    if (!(words >> name >> value)) continue;
    if (name == "dark") model.dark = value != 0;
    if (name == "scale") model.interface_scale = std::clamp(value, 0.6f, 3.0f);
    if (name == "side") model.side_width = std::clamp(value, 240.0f, 700.0f);
    if (name == "bottom") model.bottom_height = std::clamp(value, 120.0f, 700.0f);
    if (name == "labels") model.label_width = std::clamp(value, 100.0f, 500.0f);
  }
}

void save_preferences(const viewer_model& model) {
  const std::filesystem::path path = file();
  if (path.empty()) return;
  std::error_code ignored;
  std::filesystem::create_directories(path.parent_path(), ignored);
  std::ofstream out(path);
  out << "dark " << (model.dark ? 1 : 0) << "\nscale " << model.interface_scale << "\nside " << model.side_width
      << "\nbottom " << model.bottom_height << "\nlabels " << model.label_width << "\n";
}

}  // namespace weft::viz
