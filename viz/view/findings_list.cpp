#include <cmath>

#include "view/widgets.hpp"

namespace weft::viz {

float draw_findings_list(const screen& on, const rect& body, const viewer_model& model) {
  if (model.analysed != viewer_model::analysis_state::done && model.findings.empty()) {
    const bool goes_on = model.analysed == viewer_model::analysis_state::going_on;
    on.to.text({body.x + 32, body.y + 30},
               goes_on ? "Still looking: the whole trace is read for that."
                       : "Not looked for in a picture of so many events: weft check lists them.",
               face::body, on.colours.text_dim);
    return body.h;
  }
  if (model.findings.empty()) {
    on.to.text({body.x + 32, body.y + 30},
               "Nothing found: nobody held a thread for 10 ms or more" +
                   std::string(model.live ? " so far." : ", nobody is left blocked at the end."),
               face::body, on.colours.text_dim);
    return body.h;
  }
  constexpr float height = 54;
  const clip_scope clip(on.to, body);
  float y = body.y + 4 - std::round(model.tab_scroll);
  for (std::size_t i = 0; i < model.findings.size(); ++i, y += height) {
    if (y + height < body.y || y > body.bottom()) continue;
    const finding& f = model.findings[i];
    const rect row{body.x + 10, y, body.w - 20, height - 6};
    if (on.hovered(row) && on.hovered(body)) on.to.fill(row, on.colours.text.faded(0.04f), 4);
    const colour mark =
        entry_of(f.kind).how_bad == finding_severity::severe ? on.colours.holding : on.colours.finding_minor;
    on.to.fill({body.x + 16, y + 4, 4, height - 14}, mark, 2);
    const std::string when = instant_text(f.when.begin_ns);
    const float when_width = on.to.text_width(when, face::mono_small);
    const float room = row.w - when_width - 44;
    text_in(on.to, {body.x + 32, y + 18}, f.title, face::strong, on.colours.text, room);
    text_in(on.to, {body.x + 32, y + 37}, f.detail, face::body, on.colours.text_dim, row.w - 34);
    on.to.text({row.right() - 8, y + 18}, when, face::mono_small, on.colours.text_faint, align::right);
    const float top = std::max(row.y, body.y);
    on.on_click({row.x, top, row.w, std::min(row.bottom(), body.bottom()) - top}, act::show_finding{i},
                "Go to the evidence");
  }
  return 8 + height * static_cast<float>(model.findings.size());
}

}  // namespace weft::viz
