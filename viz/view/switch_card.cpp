// The switch at the cursor, or the last one before it: which coroutine left and why, which one came, and which
// registers changed. A coroutine is its registers and its stack; the diary does not have their values, so they are only
// named.
#include <algorithm>
#include <array>
#include <span>

#include "view/state_text.hpp"
#include "view/widgets.hpp"

namespace weft::viz {
namespace {

struct register_row {
  const char* names;
  const char* fate;
};

std::span<const register_row> registers_of(std::string_view arch) {
  static constexpr std::array<register_row, 4> x86_64{{
      {"rsp", "to the other stack"},
      {"rbx rbp", "saved here, loaded there"},
      {"r12 … r15", "saved here, loaded there"},
      {"mxcsr x87", "control bits loaded if they differ"},
  }};
  static constexpr std::array<register_row, 4> aarch64{{
      {"sp", "to the other stack"},
      {"x19 … x30", "saved here, loaded there"},
      {"d8 … d15", "saved here, loaded there"},
      {"fpcr", "control bits loaded if they differ"},
  }};
  if (arch == "x86_64") return x86_64;
  if (arch == "aarch64" || arch == "arm64") return aarch64;
  return {};
}

struct last_switch {
  std::uint64_t event = 0;
  std::uint32_t thread = 0;
  std::size_t index = 0;  // in the thread's track
};

// The latest change of the running coroutine, at or before the cursor.
std::optional<last_switch> switch_at(const viewer_model& model) {
  std::optional<last_switch> best;
  const auto threads = model.trace->around(model.at.event).threads();
  for (std::uint32_t t = 0; t < threads.size(); ++t) {
    const std::size_t i = threads[t].runs.find_event(model.at.event);
    if (i == track::npos) continue;
    const std::uint64_t event = threads[t].runs[i].event;
    if (!best || event > best->event) best = last_switch{event, t, i};
  }
  return best;
}

std::string name_of(const trace_model& trace, coroutine_index who) {
  return who == nobody ? "poller" : trace.label(who);
}

std::string reason_of(const trace_model& trace, const diary::event& e) {
  using t = diary::event_type;
  switch (e.type) {
    case t::yield:
      return "yields: goes to the back of the queue";
    case t::sleep:
      return "sleeps for " + duration_text(static_cast<std::int64_t>(e.args[1]));
    case t::block: {
      const std::string reason = words_of(static_cast<diary::wait_reason>(e.args[1]));
      return "waits: " + (e.args[2] != 0 ? trace.history().object_label(e.args[2]) : reason);
    }
    case t::block_fd:
      return "waits: fd " + std::to_string(e.args[2]) + " " +
             (static_cast<diary::wait_reason>(e.args[1]) == diary::wait_reason::fd_writable ? "writable" : "readable");
    case t::finish:
      return "ends: " + std::string(to_text(static_cast<diary::coroutine_status>(e.args[1])));
    case t::enter:
      return "nobody ran, the scheduler starts it";
    default:
      return std::string(trace.events().type_name(e.type));
  }
}

}  // namespace

void draw_switch_card(const screen& on, const rect& top, const viewer_model& model) {
  const trace_model& trace = *model.trace;
  struct line {
    std::string name, words;
  };
  std::vector<line> lines;
  std::string title = "No switch yet";
  std::string who;
  const std::optional<last_switch> found = switch_at(model);
  if (found) {
    const trace_part& part = trace.around(model.at.event);
    const thread_track& thread = part.threads()[found->thread];
    const coroutine_index leaves = found->index > 0 ? thread.who[found->index - 1] : nobody;
    const coroutine_index enters = thread.who[found->index];
    title = found->event == model.at.event ? "This switch" : "Last switch";
    who = name_of(trace, leaves) + " → " + name_of(trace, enters);
    const auto length = [&](const track& states, std::size_t i) {
      return duration_text(states.span(i, part.end_ns()).length_ns());
    };
    lines.push_back({"why", reason_of(trace, trace.events().at(found->event))});
    if (leaves != nobody) lines.push_back({"had run", length(thread.runs, found->index - 1)});
    if (enters != nobody) {
      const coroutine_track* who_enters = part.find(enters);
      const std::size_t i = who_enters != nullptr ? who_enters->states.find_event(found->event) : track::npos;
      const bool stood = i != track::npos && i > 0 && who_enters->states[i - 1].kind() == span_kind::ready;
      if (stood) lines.push_back({"stood ready", length(who_enters->states, i - 1)});
    }
    const bool stays = leaves == enters && leaves != nobody;
    for (const register_row& r : registers_of(trace.events().info().arch)) {
      lines.push_back({r.names, stays ? "kept: it goes on itself" : r.fate});
    }
  }
  const rect area{top.x, top.y, top.w, std::min(switch_card_height, 40 + 18 * static_cast<float>(lines.size()))};
  on.to.fill(area, on.colours.raised, 5);
  on.to.frame(area, on.colours.line, 1, 5);
  const float left = area.x + 12;
  const float right = area.right() - 12;
  on.to.text({left, area.y + 21}, title, face::strong, on.colours.text);
  if (!found) return;
  on.to.text({right, area.y + 21}, fitted(on.to, who, face::small, area.w - 120), face::small, on.colours.text_dim,
             align::right);
  on.on_click({area.x, area.y, area.w, 30}, act::go_to_event{found->event}, "Go to this switch");
  float y = area.y + 43;
  for (const line& l : lines) {
    text_in(on.to, {left, y}, l.name, face::mono_small, on.colours.text_dim, 90);
    text_in(on.to, {left + 94, y}, l.words, face::mono_small, on.colours.text, right - left - 94);
    y += 18;
  }
}

}  // namespace weft::viz
