// The OS threads, fixed at the top: which coroutine each of them runs.
#include "view/lane_painter.hpp"
#include "view/widgets.hpp"

namespace weft::viz {

void draw_thread_lanes(const screen& on, const window_layout& layout, const viewer_model& model) {
  const trace_model& trace = *model.trace;
  const std::size_t count = trace.thread_count();
  {
    const clip_scope clip(on.to, layout.thread_labels);
    for (std::size_t i = 0; i < count; ++i) {
      const rect row = thread_rect(layout, i);
      const bool roomy = row.h >= 44;
      const float y = roomy ? row.y + row.h / 2 - 3 : row.y + row.h / 2 + 4;
      const float room = layout.thread_labels.w - 28;
      text_in(on.to, {16, y}, trace.thread_label(static_cast<std::uint32_t>(i)), face::strong, on.colours.text, room);
      if (!roomy) continue;
      const diary::thread_state* now = i < model.state().threads().size() ? &model.state().threads()[i] : nullptr;
      std::string words = "one OS thread";
      const std::string name = trace.thread_name(static_cast<std::uint32_t>(i));
      if (count > 1 && !name.empty()) words = name;
      if (now != nullptr) words += " · " + std::to_string(now->ready.size()) + " ready";
      text_in(on.to, {16, y + 15}, words, face::small, on.colours.text_faint, room);
    }
  }
  const clip_scope clip(on.to, layout.threads);
  const time_range in_view = visible_range(model.view.scale, static_cast<double>(layout.threads.w));
  if (const trace_part* part = trace.exactly(in_view)) {
    for (std::size_t i = 0; i < part->threads().size(); ++i) {
      lane_look look;
      look.thread = true;
      look.name = [&trace, &thread = part->threads()[i]](std::size_t index) {
        return thread.who[index] == nobody ? std::string() : trace.label(thread.who[index]);
      };
      paint_track(on, thread_rect(layout, i), part->threads()[i].runs, model.view.scale, part->end_ns(), look);
    }
    return;
  }
  const lane_index& index = *trace.roughly(in_view);
  for (std::uint32_t i = 0; i < index.thread_count(); ++i) {
    const auto sums_in = [&](time_range range) { return index.thread_sums_in(i, range); };
    paint_buckets(on, thread_rect(layout, i), sums_in, {trace.begin_ns(), index.end_ns()}, model.view.scale, true);
  }
}

}  // namespace weft::viz
