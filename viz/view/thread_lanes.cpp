// The OS threads, pinned on top: which coroutine each of them runs.
#include "view/lane_painter.hpp"
#include "view/widgets.hpp"

namespace weft::viz {

void draw_thread_lanes(const screen& on, const window_layout& layout, const viewer_model& model) {
  const trace_model& trace = *model.trace;
  const auto& threads = trace.threads();
  {
    const clip_scope clip(on.to, layout.thread_labels);
    for (std::size_t i = 0; i < threads.size(); ++i) {
      const rect row = thread_rect(layout, i);
      const bool roomy = row.h >= 44;
      const float y = roomy ? row.y + row.h / 2 - 3 : row.y + row.h / 2 + 4;
      const float room = layout.thread_labels.w - 28;
      text_in(on.to, {16, y}, trace.thread_label(static_cast<std::uint32_t>(i)), face::strong, on.colours.text, room);
      if (!roomy) continue;
      const diary::thread_state* now = i < model.state().threads().size() ? &model.state().threads()[i] : nullptr;
      std::string words = "one OS thread";
      if (threads.size() > 1 && now != nullptr && !now->name.empty()) words = now->name;
      if (now != nullptr) words += " · " + std::to_string(now->ready.size()) + " ready";
      text_in(on.to, {16, y + 15}, words, face::small, on.colours.text_faint, room);
    }
  }
  const clip_scope clip(on.to, layout.threads);
  for (std::size_t i = 0; i < threads.size(); ++i) {
    lane_look look;
    look.thread = true;
    look.name = [&trace, &thread = threads[i]](std::size_t index) {
      return thread.who[index] == nobody ? std::string() : trace.label(thread.who[index]);
    };
    paint_track(on, thread_rect(layout, i), threads[i].runs, model.view.scale, trace.end_ns(), look);
  }
}

}  // namespace weft::viz
