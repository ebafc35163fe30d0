#include "panels/bottom_panel.hpp"

#include <array>

#include "panels/coroutine_rows.hpp"
#include "panels/event_rows.hpp"
#include "panels/finding_rows.hpp"
#include "panels/statistics_rows.hpp"
#include "panels/text_field.hpp"

namespace weft::viz {
namespace {

constexpr std::array<const char*, tab_count> names{"Events", "Coroutine", "Findings", "Statistics"};
constexpr ImGuiWindowFlags fixed_window = ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoMove |
                                          ImGuiWindowFlags_NoSavedSettings | ImGuiWindowFlags_NoNav |
                                          ImGuiWindowFlags_NoBringToFrontOnFocus | ImGuiWindowFlags_NoScrollWithMouse;

}  // namespace

void bottom_panel::restart() {
  events_.restart();
  event_table_ = finding_table_ = statistics_table_ = {};
}

bool bottom_panel::has_work(const viewer_model& model) const {
  return model.trace && model.open_tab == tab::events && events_.has_words() && !events_.is_done(*model.trace) &&
         !events_.is_full();
}

bool bottom_panel::work(const viewer_model& model, event_filter::clock::time_point until) {
  return has_work(model) && events_.work(*model.trace, until);
}

std::unique_ptr<table_rows> bottom_panel::rows(const viewer_model& model) const {
  switch (model.open_tab) {
    case tab::events:
      return std::make_unique<event_rows>(model, events_.has_words() ? &events_ : nullptr);
    case tab::coroutine:
      return std::make_unique<fact_rows>(model);
    case tab::findings:
      return std::make_unique<finding_rows>(model);
    case tab::statistics:
      return std::make_unique<statistics_rows>(model, statistics_table_.sorted, statistics_words_);
  }
  return nullptr;
}

void bottom_panel::draw(const viewer_model& model, const window_layout& layout, const panel_frame& f) {
  const rect& heads = layout.tab_heads;
  ImGui::SetNextWindowPos(f.px(heads.x, heads.y + 1));
  ImGui::SetNextWindowSize(f.px(heads.w, heads.h + layout.tab_body.h - 1));
  ImGui::PushFont(f.fonts.of(face::body));
  if (ImGui::Begin("tabs", nullptr, fixed_window)) {
    ImGui::SetCursorPos(f.px(10, 7));
    ImGui::BeginGroup();
    draw_tabs(model, f);
    ImGui::EndGroup();
    ImGui::SetCursorPos(f.px(0, heads.h - 2));
    if (ImGui::BeginChild("body", {0, 0}, false, ImGuiWindowFlags_NoScrollbar)) draw_body(model, f);
    ImGui::EndChild();
  }
  ImGui::End();
  ImGui::PopFont();
}

void bottom_panel::draw_tabs(const viewer_model& model, const panel_frame& f) {
  // The model also opens tabs: for a key, or to show a finding. The bar follows one frame later.
  const bool follows = shown_ != model.open_tab;
  shown_ = model.open_tab;
  if (follows) frames_to_settle_ = 2;
  std::optional<tab> visible;
  if (ImGui::BeginTabBar("bar", ImGuiTabBarFlags_NoTooltip)) {
    for (std::size_t i = 0; i < names.size(); ++i) {
      const auto which = static_cast<tab>(i);
      std::string label = names[i];
      if (which == tab::findings && !model.finding_groups.empty())
        label += "  " + std::to_string(model.finding_groups.size());
      label += "###" + std::string(names[i]);
      const bool select = follows && which == model.open_tab;
      if (ImGui::BeginTabItem(label.c_str(), nullptr, select ? ImGuiTabItemFlags_SetSelected : 0)) {
        visible = which;
        ImGui::EndTabItem();
      }
    }
    ImGui::EndTabBar();
  }
  if (frames_to_settle_ > 0) {
    --frames_to_settle_;
  } else if (visible && *visible != model.open_tab) {
    f.wanted.push_back(act::show_tab{*visible});
  }
}

void bottom_panel::draw_filter(std::string& text, const char* hint, const panel_frame& f) {
  if (wants_focus_) ImGui::SetKeyboardFocusHere();
  wants_focus_ = false;
  ImGui::SetNextItemWidth(f.px(280));
  text_field("##filter", hint, text, f);
}

void bottom_panel::draw_statistics_head(const viewer_model& model, const panel_frame& f) {
  struct choice {
    grouping by;
    const char* word;
  };
  constexpr std::array<choice, 3> choices{
      {{grouping::coroutine, "coroutine"}, {grouping::site, "spawn site"}, {grouping::reason, "wait reason"}}};
  for (const choice& c : choices) {
    const bool chosen = model.statistics_by == c.by;
    ImGui::PushStyleColor(ImGuiCol_Text, vector_of(chosen ? f.colours.text : f.colours.text_dim));
    ImGui::PushStyleColor(ImGuiCol_Border, vector_of(chosen ? f.colours.accent : f.colours.line));
    if (ImGui::Button(c.word)) f.wanted.push_back(act::group_statistics{c.by});
    ImGui::PopStyleColor(2);
    ImGui::SameLine();
  }
  const ImVec2 corner = ImGui::GetCursorScreenPos();
  draw_text(f, {corner.x + f.px(6), corner.y + f.px(4)}, totals_text(model), face::body, f.colours.text_dim,
            ImGui::GetContentRegionAvail().x - f.px(16));
  ImGui::NewLine();
}

void bottom_panel::draw_body(const viewer_model& model, const panel_frame& f) {
  ImGui::SetCursorPos(f.px(10, 0));
  switch (model.open_tab) {
    case tab::events: {
      draw_filter(event_words_, "filter: words of the line", f);
      events_.look_for(event_words_);
      if (events_.has_words()) {
        ImGui::SameLine();
        const ImVec2 corner = ImGui::GetCursorScreenPos();
        std::string words = std::to_string(events_.found().size()) + " events";
        if (events_.is_full()) words = "the first " + words;
        if (has_work(model)) words += ", looking: " + std::to_string(int(100 * events_.progress(*model.trace))) + " %";
        draw_text(f, {corner.x, corner.y + f.px(4)}, words, face::body, f.colours.text_dim, f.px(400));
        ImGui::NewLine();
      }
      break;
    }
    case tab::statistics:
      draw_filter(statistics_words_, "filter: letters of the name", f);
      ImGui::SameLine();
      draw_statistics_head(model, f);
      break;
    default:
      break;
  }
  ImGui::SetCursorPosX(f.px(8));
  const float width = ImGui::GetContentRegionAvail().x - f.px(8);
  const std::unique_ptr<table_rows> shown = rows(model);
  switch (model.open_tab) {
    case tab::events:
      draw_table("events", *shown, event_table_, f, width);
      break;
    case tab::coroutine: {
      const float left = std::min(f.px(470), width * 0.5f);
      draw_table("facts", *shown, fact_table_, f, model.selected ? left : width);
      if (!model.selected) break;
      ImGui::SameLine();
      // If there are no wakes, a text replaces the table, and keeps its own distance from the edge.
      draw_table("wakes", wake_rows(model), wake_table_, f, width - left - f.px(16));
      break;
    }
    case tab::findings:
      draw_table("findings", *shown, finding_table_, f, width);
      break;
    case tab::statistics:
      draw_table("statistics", *shown, statistics_table_, f, width);
      break;
  }
}

}  // namespace weft::viz
