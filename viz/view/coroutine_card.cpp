// The selected coroutine: its name, the shares of its life, its time in the ready queue, its last waker.
#include <algorithm>
#include <array>

#include "trace/words/time_sums.hpp"
#include "view/lane_painter.hpp"
#include "view/state_text.hpp"
#include "view/widgets.hpp"

namespace weft::viz {
namespace {

const coroutine_summary* summary_of(const viewer_model& model, coroutine_index who) {
  const auto found = std::find_if(model.summaries.begin(), model.summaries.end(),
                                  [&](const coroutine_summary& s) { return s.who == who; });
  return found == model.summaries.end() ? nullptr : &*found;
}

// One bar: the coroutine's life, divided by states.
void draw_share_bar(const screen& on, const rect& bar, const coroutine_summary& s) {
  const std::int64_t whole =
      std::max<std::int64_t>(1, diary::sum_ns(diary::sum_ns(s.run_ns, s.ready_ns), s.blocked_ns));
  const auto width = [&](std::int64_t ns) {
    return bar.w * static_cast<float>(static_cast<double>(ns) / static_cast<double>(whole));
  };
  float x = bar.x;
  const float run = width(s.run_ns);
  const float ready = width(s.ready_ns);
  on.to.fill({x, bar.y, run, bar.h}, on.colours.running);
  x += run;
  on.to.fill_pattern({x, bar.y, ready, bar.h}, pattern::dots, on.colours.ready);
  x += ready;
  on.to.fill_pattern({x, bar.y, std::max(0.0f, bar.right() - x), bar.h}, pattern::cross, on.colours.other);
}

std::string share_text(std::int64_t part, std::int64_t whole) {
  return std::to_string(diary::per_cent(part, whole)) + " %";
}

void draw_wakes(const screen& on, const rect& area, const viewer_model& model, coroutine_index who) {
  const trace_model& trace = *model.trace;
  on.to.text({area.x, area.y + 18}, "WOKEN BY, the latest first", face::heading, on.colours.text_dim);
  const trace_part& part = trace.around(model.at.event);
  const coroutine_track* found = part.find(who);
  const std::vector<std::uint32_t> own = found != nullptr ? found->wakes : std::vector<std::uint32_t>{};
  const auto later = std::partition_point(own.begin(), own.end(),
                                          [&](std::uint32_t i) { return part.wakes()[i].event <= model.at.event; });
  float y = area.y + 26;
  for (auto i = later; i != own.begin() && y + 20 < area.bottom();) {
    const wake& w = part.wakes()[*--i];
    const rect row{area.x - 6, y, area.w + 6, 20};
    if (on.hovered(row)) on.to.fill(row, on.colours.text.faded(0.05f), 3);
    on.to.text({area.x + 92, y + 14}, instant_text(w.t_ns), face::mono_small, on.colours.text_dim, align::right);
    const std::string waker = w.waker == nobody ? "poller" : trace.label(w.waker);
    const std::optional<transition> run = run_after(part, w);
    const std::string delay = run ? "+" + duration_text(run->t_ns - w.t_ns) + " until it ran"
                              : part.end_event() < trace.event_count() ? "ran later"
                                                                       : "did not run any more";
    text_in(on.to, {area.x + 106, y + 14}, waker + " · after " + words_of(w.reason), face::body, on.colours.text,
            area.w - 270);
    on.to.text({area.right() - 6, y + 14}, delay, face::mono_small, on.colours.text_dim, align::right);
    on.on_click(row, act::go_to_event{w.event});
    y += 20;
  }
  if (part.begin_event() > 0 && y + 20 < area.bottom()) {
    on.to.text({area.x, y + 14}, "Earlier ones are seen from there: [ goes to the wake before.", face::small,
               on.colours.text_faint);
  }
}

}  // namespace

float draw_coroutine_card(const screen& on, const rect& body, const viewer_model& model) {
  const trace_model& trace = *model.trace;
  if (!model.selected) {
    on.to.text({body.x + 32, body.y + 30}, "No coroutine is selected: click a lane.", face::body, on.colours.text_dim);
    return body.h;
  }
  const coroutine_index who = *model.selected;
  const diary::coroutine_record& record = trace.record(who);
  float x = body.x + 32;
  on.to.text({x, body.y + 26}, trace.label(who), face::title, on.colours.text);
  std::string origin = "#" + std::to_string(record.id);
  const std::string site = trace.site_text(who);
  if (!site.empty()) origin += " · spawned at " + site;
  if (record.parent != 0) origin += " by " + trace.history().coroutine_label(record.parent);
  origin += " · " + instant_text(record.spawn_ns);
  const float left_width = std::min(480.0f, body.w * 0.45f);
  text_in(on.to, {x, body.y + 46}, origin, face::small, on.colours.text_dim, left_width);
  const std::string state = state_text(trace, model.state(), who, model.at.event);
  text_in(on.to, {x, body.y + 66}, "at the cursor: " + state, face::body, on.colours.text, left_width);
  float y = body.y + 80;
  if (const coroutine_summary* s = summary_of(model, who)) {
    draw_share_bar(on, {x, y, left_width - 10, 14}, *s);
    const std::int64_t whole = diary::sum_ns(diary::sum_ns(s->run_ns, s->ready_ns), s->blocked_ns);
    struct line {
      const char* name;
      std::string value;
    };
    const std::array<line, 6> lines{{
        {"running",
         duration_text(s->run_ns) + "  " + share_text(s->run_ns, whole) + "  in " + std::to_string(s->runs) + " runs"},
        {"ready", duration_text(s->ready_ns) + "  " + share_text(s->ready_ns, whole)},
        {"blocked", duration_text(s->blocked_ns) + "  " + share_text(s->blocked_ns, whole)},
        {"longest run", duration_text(s->longest_run_ns)},
        {"ready until run",
         "p50 " + duration_text(s->delay.percentile_ns(50)) + "  p99 " + duration_text(s->delay.percentile_ns(99))},
        {"", "max " + duration_text(s->delay.max_ns())},
    }};
    y += 32;
    for (const line& l : lines) {
      on.to.text({x, y}, l.name, face::body, on.colours.text_dim);
      on.to.text({x + 120, y}, l.value, face::mono_small, on.colours.text);
      y += 19;
    }
    if (!record.error.empty())
      text_in(on.to, {x, y}, "failed: " + record.error, face::body, on.colours.holding, left_width);
  }
  const float wakes_x = x + left_width + 24;
  draw_wakes(on, {wakes_x, body.y + 8, body.right() - wakes_x - 20, body.h - 12}, model, who);
  return body.h;
}

}  // namespace weft::viz
