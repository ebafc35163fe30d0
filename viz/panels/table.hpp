// Draws table rows as a Dear ImGui table, with resizable columns, sorting by a click, scrolling, and a context menu.
#pragma once

#include "panels/panel_frame.hpp"
#include "panels/statistics_rows.hpp"
#include "panels/table_rows.hpp"

namespace weft::viz {

// What a table stores between frames.
struct table_memory {
  std::optional<sorting> sorted;
  std::size_t was_current = table_rows::npos;
};

// Draws in the rest of the current Dear ImGui window, or in `height` physical pixels of it. `id` must be unique in that
// window.
void draw_table(const char* id, const table_rows& rows, table_memory& memory, const panel_frame& f, float width = 0,
                float height = 0);

}  // namespace weft::viz
