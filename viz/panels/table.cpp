#include "panels/table.hpp"

#include <algorithm>
#include <cmath>

namespace weft::viz {
namespace {

constexpr float row_height = 21, two_line_height = 44, head_height = 20, mark_width = 4;

colour ink_of(tone t, const theme& c) {
  switch (t) {
    case tone::normal:
      return c.text;
    case tone::dim:
      return c.text_dim;
    case tone::faint:
      return c.text_faint;
    case tone::chosen:
      return c.accent;
    case tone::severe:
      return c.holding;
  }
  return c.text;
}

colour mark_of(std::uint8_t severity, const theme& c) {
  return severity == 1 ? c.holding : severity == 2 ? c.ready : severity == 3 ? c.finding_minor : c.sleeping;
}

bool has_titles(const table_rows& rows) {
  return std::any_of(rows.columns().begin(), rows.columns().end(),
                     [](const table_column& c) { return !c.title.empty(); });
}

// The factor for the columns' widths that leaves room for a name in the column that gets the rest.
float share_of_widths(const table_rows& rows, float room) {
  constexpr float padding = 12, name = 130, scroll_bar = 12;
  float fixed = 0;
  bool any_takes_the_rest = false;
  for (const table_column& c : rows.columns()) {
    fixed += c.width;
    room -= padding;
    any_takes_the_rest |= c.width == 0;
  }
  room -= scroll_bar + (any_takes_the_rest ? name : 0);
  return fixed <= room || fixed == 0 ? 1.0f : std::max(0.4f, room / fixed);
}

void draw_head(const table_rows& rows, const table_memory& memory, const panel_frame& f) {
  ImGui::TableNextRow(ImGuiTableRowFlags_Headers, f.px(head_height));
  for (std::size_t i = 0; i < rows.columns().size(); ++i) {
    const table_column& column = rows.columns()[i];
    ImGui::TableSetColumnIndex(static_cast<int>(i));
    const ImVec2 corner = ImGui::GetCursorScreenPos();
    const float room = ImGui::GetContentRegionAvail().x;
    ImGui::PushID(static_cast<int>(i));
    ImGui::TableHeader("##title");  // sorts, and resizes at the edge
    if (!column.hint.empty() && ImGui::IsItemHovered()) ImGui::SetTooltip("%s", column.hint.c_str());
    ImGui::PopID();
    const bool is_key = memory.sorted && memory.sorted->column == i;
    const float arrow = is_key ? f.px(12) : 0;
    const float width = std::min(text_width(f, column.title, face::small), room - arrow);
    const float x = column.number ? corner.x + room - width - arrow : corner.x;
    draw_text(f, {x, corner.y + f.px(2)}, column.title, face::small, is_key ? f.colours.text : f.colours.text_faint,
              room - arrow);
  }
}

void read_sorting(table_memory& memory) {
  ImGuiTableSortSpecs* const wanted = ImGui::TableGetSortSpecs();
  if (wanted == nullptr || !wanted->SpecsDirty) return;
  wanted->SpecsDirty = false;
  if (wanted->SpecsCount == 0) {
    memory.sorted.reset();
  } else {
    memory.sorted = sorting{static_cast<std::size_t>(wanted->Specs[0].ColumnIndex),
                            wanted->Specs[0].SortDirection == ImGuiSortDirection_Descending};
  }
}

void draw_menu(const table_rows& rows, const table_row& row, const panel_frame& f) {
  if (!ImGui::BeginPopupContextItem("menu")) return;
  if (row.open && ImGui::MenuItem("Go there")) f.wanted.push_back(*row.open);
  if (row.toggle && ImGui::MenuItem(row.folds == folding::folded ? "Unfold" : "Fold")) {
    f.wanted.push_back(*row.toggle);
  }
  if (ImGui::MenuItem("Copy this row")) ImGui::SetClipboardText(text_of(row).c_str());
  if (ImGui::MenuItem("Copy all rows")) {
    std::string all;
    for (std::size_t i = 0; i < rows.count(); ++i) all += text_of(rows.row(i)) + "\n";
    ImGui::SetClipboardText(all.c_str());
  }
  ImGui::EndPopup();
}

// Draws the triangle of a row that folds; returns its width.
float draw_fold_mark(const table_row& row, ImVec2 corner, float height, const panel_frame& f) {
  if (row.folds == folding::none) return 0;
  const float s = f.px(4);
  const ImVec2 c{corner.x + f.px(6), corner.y + height / 2};
  ImDrawList& list = *ImGui::GetWindowDrawList();
  if (row.folds == folding::folded) {
    list.AddTriangleFilled({c.x - s * 0.6f, c.y - s}, {c.x + s * 0.8f, c.y}, {c.x - s * 0.6f, c.y + s},
                           packed(f.colours.text_dim));
  } else {
    list.AddTriangleFilled({c.x - s, c.y - s * 0.6f}, {c.x + s, c.y - s * 0.6f}, {c.x, c.y + s * 0.8f},
                           packed(f.colours.text_dim));
  }
  return f.px(16);
}

void draw_cells(const table_rows& rows, const table_row& row, float height, const panel_frame& f) {
  for (std::size_t i = 0; i < rows.columns().size() && i < row.cells.size(); ++i) {
    if (!ImGui::TableSetColumnIndex(static_cast<int>(i))) continue;
    const table_cell& cell = row.cells[i];
    const bool number = rows.columns()[i].number;
    const bool two_lines = i == 0 && !row.below.empty();
    const face type = number ? face::mono_small : two_lines ? face::strong : face::body;
    ImVec2 corner = ImGui::GetCursorScreenPos();
    float room = ImGui::GetContentRegionAvail().x;
    if (i == 0) {
      float indent = f.px(16) * row.depth;
      if (row.severity != 0) {
        const ImVec2 low{corner.x + indent, corner.y + f.px(3)};
        ImGui::GetWindowDrawList()->AddRectFilled(low, {low.x + f.px(mark_width), corner.y + height - f.px(3)},
                                                  packed(mark_of(row.severity, f.colours)), f.px(2));
        indent += f.px(mark_width + 8);
      }
      indent += draw_fold_mark(row, {corner.x + indent, corner.y}, height, f);
      corner.x += indent;
      room -= indent;
    }
    const float line = text_height(f, type);
    const float y = two_lines ? corner.y + f.px(4) : corner.y + (height - line) / 2;
    const float width = number ? std::min(text_width(f, cell.text, type), room) : room;
    const float x = number ? corner.x + room - width : corner.x;
    bool cut = draw_text(f, {x, y}, cell.text, type, ink_of(cell.ink, f.colours), number ? width + 1 : room);
    if (two_lines) {
      cut |= draw_text(f, {corner.x, y + line + f.px(1)}, row.below, face::body, f.colours.text_dim, room);
    }
    const ImVec2 mouse = ImGui::GetMousePos();
    const bool over = mouse.x >= x && mouse.x < x + room && mouse.y >= corner.y && mouse.y < corner.y + height;
    if (cut && over && ImGui::IsWindowHovered()) {
      ImGui::PushTextWrapPos(f.px(520));
      ImGui::SetTooltip("%s%s%s", cell.text.c_str(), two_lines ? "\n" : "", two_lines ? row.below.c_str() : "");
      ImGui::PopTextWrapPos();
    }
  }
}

void draw_row(const table_rows& rows, std::size_t i, float height, const panel_frame& f) {
  const table_row row = rows.row(i);
  ImGui::TableNextRow(0, height);
  ImGui::TableSetColumnIndex(0);
  if (row.here) ImGui::TableSetBgColor(ImGuiTableBgTarget_RowBg0, packed(f.colours.accent.faded(0.16f)));
  ImGui::PushID(static_cast<int>(i));
  const ImVec2 corner = ImGui::GetCursorPos();
  const bool clicked = ImGui::Selectable("##row", false, ImGuiSelectableFlags_SpanAllColumns, {0, std::round(height)});
  if (clicked && row.toggle) f.wanted.push_back(*row.toggle);
  if (clicked && row.open) f.wanted.push_back(*row.open);
  if (!row.hint.empty() && ImGui::IsItemHovered()) ImGui::SetTooltip("%s", row.hint.c_str());
  draw_menu(rows, row, f);
  ImGui::SetCursorPos(corner);
  ImGui::PopID();
  draw_cells(rows, row, height, f);
}

}  // namespace

void draw_table(const char* id, const table_rows& rows, table_memory& memory, const panel_frame& f, float width,
                float height) {
  if (rows.count() == 0 && !rows.when_empty().empty()) {
    const ImVec2 corner = ImGui::GetCursorScreenPos();
    draw_text(f, {corner.x + f.px(16), corner.y + f.px(10)}, rows.when_empty(), face::body, f.colours.text_dim,
              ImGui::GetContentRegionAvail().x - f.px(32));
    return;
  }
  const bool sorts =
      std::any_of(rows.columns().begin(), rows.columns().end(), [](const table_column& c) { return c.sortable; });
  const ImGuiTableFlags flags = ImGuiTableFlags_ScrollY | ImGuiTableFlags_Resizable | ImGuiTableFlags_NoBordersInBody |
                                ImGuiTableFlags_SizingFixedFit |
                                (sorts ? ImGuiTableFlags_Sortable | ImGuiTableFlags_SortTristate : 0);
  if (!ImGui::BeginTable(id, static_cast<int>(rows.columns().size()), flags, {width, height})) return;
  const float share = share_of_widths(rows, width > 0 ? width / f.scale : ImGui::GetContentRegionAvail().x / f.scale);
  for (const table_column& c : rows.columns()) {
    const ImGuiTableColumnFlags how =
        (c.width > 0 ? ImGuiTableColumnFlags_WidthFixed : ImGuiTableColumnFlags_WidthStretch) |
        (c.sortable ? c.number ? ImGuiTableColumnFlags_PreferSortDescending : 0 : ImGuiTableColumnFlags_NoSort);
    ImGui::TableSetupColumn(c.title.c_str(), how, c.width > 0 ? f.px(c.width * share) : 1.0f);
  }
  if (has_titles(rows)) ImGui::TableSetupScrollFreeze(0, 1);  // before anything asks for the sorting
  if (sorts) read_sorting(memory);
  if (has_titles(rows)) draw_head(rows, memory, f);
  const float one_row = std::round(f.px(rows.has_two_lines() ? two_line_height : row_height));
  const std::size_t current = rows.current();
  if (current != memory.was_current) {
    memory.was_current = current;
    if (current != table_rows::npos && current < rows.count()) {
      // Scrolls it to the middle, unless it is visible.
      const float top = static_cast<float>(current) * one_row;
      const float seen = ImGui::GetWindowHeight() - f.px(head_height);
      if (top < ImGui::GetScrollY() || top + one_row > ImGui::GetScrollY() + seen) {
        ImGui::SetScrollY(top - seen / 2);
      }
    }
  }
  ImGuiListClipper clipper;
  clipper.Begin(static_cast<int>(rows.count()), one_row);
  while (clipper.Step()) {
    for (int i = clipper.DisplayStart; i < clipper.DisplayEnd; ++i) {
      draw_row(rows, static_cast<std::size_t>(i), one_row, f);
    }
  }
  ImGui::EndTable();
}

}  // namespace weft::viz
