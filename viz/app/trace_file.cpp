#include "app/trace_file.hpp"

#include <signal.h>

#include <cerrno>

#include "analysis/findings.hpp"
#include "analysis/summaries.hpp"

namespace weft::viz {
namespace {

bool is_gone(std::uint32_t pid) { return pid != 0 && kill(static_cast<pid_t>(pid), 0) != 0 && errno == ESRCH; }

}  // namespace

std::unique_ptr<trace_model> open_trace(const std::string& path) {
  return std::make_unique<trace_model>(diary::history(diary::reader::open(path)));
}

void analyse(viewer_model& model) {
  model.findings = find_all(*model.trace, model.live);
  model.summaries = summarise_all(*model.trace);
}

void look_at_the_story(viewer_model& model) {
  const trace_model& trace = *model.trace;
  if (trace.event_count() == 0) return;
  if (!model.findings.empty() && model.findings.front().kind == finding_kind::held_thread) {
    const finding& f = model.findings.front();
    // Within the run, so that the panel shows who waits for its end.
    model.apply(act::go_to_time{f.when.begin_ns + f.when.length_ns() * 3 / 4});
    if (f.who != nobody) model.apply(act::select{f.who});
  } else {
    model.apply(act::go_to_time{trace.begin_ns() + trace.whole().length_ns() / 2});
  }
}

bool live_trace::refresh(viewer_model& model, clock::time_point now) {
  using namespace std::chrono_literals;
  const bool grew = model.trace->refresh();
  if (grew) model.trace_grew();
  bool ended = false;
  if (now >= next_look_at_program_) {
    next_look_at_program_ = now + 1s;
    const diary::file_info& info = model.trace->events().info();
    // Once more after its end: what it wrote last has been read above only if it ended before.
    ended = !grew && (info.complete || is_gone(model.live_pid != 0 ? model.live_pid : info.pid));
    if (ended) {
      model.live = false;
      model.following = false;
    }
  }
  if (ended || (grew && now >= next_analysis_)) {
    analyse(model);
    next_analysis_ = clock::now() + std::max<clock::duration>(500ms, (clock::now() - now) * 20);
  }
  return grew || ended;
}

}  // namespace weft::viz
