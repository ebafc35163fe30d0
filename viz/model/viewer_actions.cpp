// What each action does to the model; the model's own file is viewer_model.cpp.
#include <algorithm>
#include <cmath>
#include <utility>

#include "model/viewer_model.hpp"

namespace weft::viz {
namespace {

constexpr float smallest_scale = 0.6f, largest_scale = 3.0f;

}  // namespace

struct viewer_model::applier {
  viewer_model& m;

  void go(std::optional<std::uint64_t> n) const {
    if (!n) return;
    m.following = false;
    m.move_to(cursor_at_event(*m.trace, *n), true);
  }
  coroutine_index focus() const {
    if (m.selected) return *m.selected;
    for (std::uint32_t t = 0; t < m.trace->thread_count(); ++t) {
      const coroutine_index who = m.trace->running_after(t, m.at.event);
      if (who != nobody) return who;
    }
    return m.trace->coroutine_count() == 0 ? nobody : 0;
  }

  void operator()(const act::step_event& a) const { go(next_shown_event(*m.trace, m.at.event, a.to)); }
  void operator()(const act::step_switch& a) const { go(next_switch(*m.trace, m.at.event, a.to)); }
  void operator()(const act::step_coroutine& a) const {
    if (focus() != nobody) go(next_of_coroutine(*m.trace, focus(), m.at.event, a.to));
  }
  void operator()(const act::step_span& a) const {
    if (focus() != nobody) go(next_span(*m.trace, focus(), m.at.event, a.to));
  }
  void operator()(const act::step_finding& a) const {
    if (m.finding_groups.empty()) return;
    const std::size_t count = m.finding_groups.size();
    const bool forth = a.to == direction::forth;
    const std::size_t next = !m.chosen ? (forth ? 0 : count - 1) : (m.chosen->group + (forth ? 1 : count - 1)) % count;
    (*this)(act::show_finding{next});
  }
  void operator()(const act::follow_wake& a) const {
    if (focus() == nobody) return;
    const wake* w = next_wake(*m.trace, focus(), m.at.event, a.to);
    if (w == nullptr) return;
    const coroutine_index other = a.to == direction::back ? w->waker : w->target;
    go(w->event);
    if (other != nobody) (*this)(act::select{other});
  }
  void operator()(const act::go_to_event& a) const { go(a.n); }
  void operator()(const act::go_to_time& a) const {
    m.following = false;
    m.move_to(cursor_at_time(*m.trace, a.t_ns), true);
  }
  void operator()(const act::go_to_first&) const {
    m.playing = false;
    go(0);
  }
  void operator()(const act::go_to_last&) const {
    m.playing = false;
    go(m.trace->event_count() - 1);
    m.following = m.live;
    if (m.following) m.show_end();
  }
  void operator()(const act::show_finding& a) const {
    if (a.group >= m.finding_groups.size()) return;
    const finding_group& g = m.finding_groups[a.group];
    const finding& f = a.instance < g.instances.size() ? g.instances[a.instance] : g.worst;
    m.remember();
    m.choose({a.group, a.instance}, f);
    m.following = false;
    m.move_to(cursor_at_event(*m.trace, f.evidence), false);
    if (f.who != nobody) (*this)(act::select{f.who});
    m.lit = evidence{{f.who}, f.when};
    for (const std::uint64_t id : f.others) {
      if (const auto other = m.trace->find_coroutine(id)) m.lit->who.push_back(*other);
    }
    m.open_tab = tab::findings;
  }

  void operator()(const act::play_or_pause&) const {
    m.playing = !m.playing;
    m.following = false;
    if (m.playing) set_pace();
    if (m.playing && m.at.event + 1 >= m.trace->event_count()) m.move_to(cursor_at_event(*m.trace, 0), true);
  }
  // What is in view should take some ten seconds: at the pace of another zoom it would be over at once, or stand still.
  void set_pace() const {
    const double view_s = m.view.scale.ns_per_px * m.port.lanes_width / 1e9;
    const double seconds = view_s / m.speed;
    if (seconds >= 3 && seconds <= 60) return;
    m.speed = *std::min_element(play_speeds.begin(), play_speeds.end(), [&](double x, double y) {
      return std::abs(std::log(view_s / x / 10)) < std::abs(std::log(view_s / y / 10));
    });
  }
  void operator()(const act::change_speed& a) const {
    const auto* now = std::min_element(play_speeds.begin(), play_speeds.end(), [&](double x, double y) {
      return std::abs(std::log(x / m.speed)) < std::abs(std::log(y / m.speed));
    });
    const auto index = now - play_speeds.begin() + (a.to == direction::forth ? 1 : -1);
    m.speed = play_speeds[static_cast<std::size_t>(std::clamp<std::ptrdiff_t>(index, 0, play_speeds.size() - 1))];
  }
  void operator()(const act::let_time_pass& a) const {
    if (!m.playing) return;
    const double step_ns = a.seconds * m.speed * 1e9;
    const std::int64_t t = m.at.t_ns + std::max<std::int64_t>(1, std::llround(step_ns));
    m.move_to(cursor_at_time(*m.trace, t), true);
    if (t >= m.trace->end_ns()) m.playing = false;
  }

  void operator()(const act::zoom& a) const {
    m.remember();
    m.set_view(zoomed(m.view.scale, a.x, a.factor, m.trace->whole(), m.port.lanes_width));
  }
  void operator()(const act::zoom_at_cursor& a) const {
    const double x = time_to_x(m.view.scale, m.at.t_ns);
    (*this)(act::zoom{x < 0 || x > m.port.lanes_width ? m.port.lanes_width / 2 : x, a.factor});
  }
  void operator()(const act::pan& a) const {
    m.remember();
    m.set_view(panned(m.view.scale, a.px, m.trace->whole(), m.port.lanes_width));
  }
  void operator()(const act::scroll& a) const { m.scroll_to(m.view.scroll + a.px); }
  void operator()(const act::show_range& a) const {
    m.remember();
    m.set_view(fit(a.range, m.port.lanes_width));
  }
  void operator()(const act::fit_all&) const {
    m.remember();
    m.lit.reset();
    m.set_view(fit(m.trace->whole(), m.port.lanes_width, fit_margin));
    m.own_zoom_ = true;
    m.following = m.live && m.at.event + 1 >= m.trace->event_count();
  }
  void operator()(const act::fit_selection&) const {
    if (m.measured) {
      m.remember();
      m.set_view(fit(*m.measured, m.port.lanes_width, 0.05));
    } else if (m.selected) {
      // The current span of the selected coroutine, or its whole life if the span already fills the view.
      const trace_part& part = m.trace->around(m.at.event);
      const coroutine_track* found = part.find(*m.selected);
      const std::size_t i = found != nullptr ? found->states.find_event(m.at.event) : track::npos;
      const time_range life{m.trace->record(*m.selected).spawn_ns, m.trace->end_ns()};
      const time_range span = i == track::npos ? life : found->states.span(i, part.end_ns());
      const time_scale close = fit(span, m.port.lanes_width, 0.3);
      m.remember();
      m.set_view(m.view.scale == close || span.length_ns() <= 0 ? fit(life, m.port.lanes_width, fit_margin) : close);
      m.show_lane(*m.selected);
    }
  }
  void operator()(const act::undo&) const {
    if (m.undo_.empty()) return;
    m.redo_.push_back(m.view);
    m.view = m.undo_.back();
    m.undo_.pop_back();
    m.following = false;
  }
  void operator()(const act::redo&) const {
    if (m.redo_.empty()) return;
    m.undo_.push_back(m.view);
    m.view = m.redo_.back();
    m.redo_.pop_back();
    m.following = false;
  }

  void operator()(const act::select& a) const {
    if (a.who >= m.trace->coroutine_count()) return;
    m.selected = a.who;
    m.arrange_rows();
    m.show_lane(a.who);
  }
  void operator()(const act::toggle_group& a) const {
    if (m.row_wishes.unfolded.erase(a.site) == 0) m.row_wishes.unfolded.insert(a.site);
    m.arrange_rows();
  }
  void operator()(const act::filter_lanes& a) const {
    m.row_wishes.filter = a.letters;
    m.arrange_rows();
  }
  void operator()(const act::order_lanes& a) const {
    m.row_wishes.order = a.by;
    m.arrange_rows();
  }
  void operator()(const act::measure& a) const {
    m.measured = a.range;
    if (m.measured->end_ns < m.measured->begin_ns) std::swap(m.measured->begin_ns, m.measured->end_ns);
  }
  void operator()(const act::clear&) const {
    if (m.keys_shown) {
      m.keys_shown = false;
    } else if (!m.row_wishes.filter.empty()) {
      (*this)(act::filter_lanes{});
    } else if (m.measured) {
      m.measured.reset();
    } else if (m.lit) {
      m.lit.reset();
    } else {
      m.selected.reset();
      if (m.trace) m.arrange_rows();
    }
  }

  void operator()(const act::show_tab& a) const { m.open_tab = a.which; }
  void operator()(const act::group_statistics& a) const { m.statistics_by = a.by; }
  void operator()(const act::toggle_keys&) const { m.keys_shown = !m.keys_shown; }
  // App executes these.
  void operator()(const act::choose_command&) const {}
  void operator()(const act::choose_coroutine&) const {}
  void operator()(const act::find_event&) const {}
  void operator()(const act::find_lane&) const {}
  void operator()(const act::pause_or_resume_program&) const {}
  void operator()(const act::step_program&) const {}
  void operator()(const act::step_program_to_selected&) const {}
  void operator()(const act::open_program&) const {}
  void operator()(const act::toggle_theme&) const { m.dark = !m.dark; }
  void operator()(const act::scale_interface& a) const {
    const float wanted = a.step == 0 ? 1.0f : m.interface_scale + 0.1f * static_cast<float>(a.step);
    m.interface_scale = std::clamp(wanted, smallest_scale, largest_scale);
  }
  void operator()(const act::drag_edge& a) const {
    switch (a.which) {
      case panel_edge::side:
        m.side_width = std::clamp(a.position, 240.0f, 700.0f);
        break;
      case panel_edge::bottom:
        m.bottom_height = std::clamp(a.position, 120.0f, 700.0f);
        break;
      case panel_edge::labels:
        m.label_width = std::clamp(a.position, 100.0f, 500.0f);
        break;
    }
  }
};

void viewer_model::apply(const action& a) {
  const bool needs_trace = !std::holds_alternative<act::toggle_keys>(a) &&
                           !std::holds_alternative<act::toggle_theme>(a) &&
                           !std::holds_alternative<act::scale_interface>(a) && !std::holds_alternative<act::clear>(a);
  if (needs_trace && (!trace || trace->event_count() == 0)) return;
  std::visit(applier{*this}, a);
  tell_trace();
}

}  // namespace weft::viz
