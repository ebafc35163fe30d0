#include "everything.hpp"

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <utility>

#include "analysis/divergence.hpp"
#include "analysis/findings.hpp"
#include "analysis/summaries.hpp"
#include "cli/output/private_folder.hpp"
#include "cli/programs/demos.hpp"
#include "model/viewer_model.hpp"
#include "support/every_output.hpp"
#include "trace/file/merge.hpp"
#include "trace/text/trace_text.hpp"
#include "view/svg_canvas.hpp"
#include "view/window_view.hpp"

namespace weft::viz::cli {

// No demo runs here.
std::span<const demo> all_demos() { return {}; }

}  // namespace weft::viz::cli

namespace weft::fuzz {
namespace {

[[noreturn]] void fail(const std::string& why) {
  std::fprintf(stderr, "%s\n", why.c_str());
  std::abort();
}

void require(const std::string& broken) {
  if (!broken.empty()) fail(broken);
}

// A correct trace, for commands that compare two.
const std::string& other_trace() {
  static const viz::cli::private_folder folder;
  static const std::string path = [] {
    std::istringstream in(
        "# weft trace text 1\n"
        "0 0.000001 T0 string id=1 text=\"worker\"\n"
        "0 0.000001 T0 spawn slot=1 id=1 parent=0 called=0 site=0\n"
        "0 0.000001 T0 spawn slot=2 id=2 parent=0 called=1 site=0\n"
        "0 0.000002 T0 enter to=1\n"
        "0 0.000003 T0 yield to=2\n"
        "0 0.000004 T0 finish to=1 status=done\n"
        "0 0.000005 T0 finish to=0 status=done\n");
    const std::vector<std::uint8_t> bytes = diary::load_text(in, "other");
    const std::string file = folder.file("other.weft");
    std::ofstream(file, std::ios::binary)
        .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    return file;
  }();
  return path;
}

// A dump, loaded and dumped again, must be the same.
void dump_twice(const std::string& trace) {
  const auto run = [](std::vector<std::string> words, const std::string& input) {
    std::istringstream in(input);
    std::ostringstream out, err;
    viz::cli::console io{in, out, err};
    return std::pair(viz::cli::run(words, io), out.str());
  };
  const auto [status, once] = run({"dump", "-"}, trace);
  if (status != viz::cli::good) return;
  const auto [loaded, bytes] = run({"load", "-", "-o", "-"}, once);
  if (loaded != viz::cli::good) fail("weft load -: does not load what dump printed");
  if (run({"dump", "-"}, bytes).second != once) fail("weft dump -: differs after load");
}

void draw(viz::viewer_model& model, viz::window_view& view) {
  viz::svg_canvas to(1280, 800, [](std::string_view words, viz::face f) {
    return static_cast<float>(words.size()) * viz::font_size(f) / 2;
  });
  view.draw(to, model);
  const std::string document = to.document();
  if (document.size() > 20'000'000) fail("drawing: " + std::to_string(document.size()) + " bytes");
  require(tests::broken_xml(document));
}

// Draws the window at both ends and in the middle, with each tab and the first few coroutines.
void look_around(const std::vector<std::uint8_t>& trace) {
  using namespace viz;
  viewer_model model;
  model.open(std::make_unique<trace_model>(diary::history(diary::reader::from_bytes(trace, "fuzz"))), false);
  model.totals = model.trace->history().totals();
  model.take_findings(find_all(*model.trace, false));
  model.summaries = summarise_all(*model.trace);
  window_view view;
  view.arrange(1280, 800, model);
  model.resize(view.port());
  const std::uint64_t count = model.trace->event_count();
  if (count == 0) return draw(model, view);
  model.apply(act::fit_all{});
  for (const std::uint64_t n : {std::uint64_t{0}, count / 2, count - 1}) {
    model.apply(act::go_to_event{n});
    draw(model, view);
  }
  for (coroutine_index c = 0; c < std::min<std::size_t>(4, model.trace->coroutine_count()); ++c) {
    model.apply(act::select{c});
    model.apply(act::show_tab{static_cast<tab>(c % tab_count)});
    for (const direction to : {direction::back, direction::forth}) {
      model.apply(act::step_event{to});
      model.apply(act::step_switch{to});
      model.apply(act::step_coroutine{to});
      model.apply(act::step_span{to});
      model.apply(act::step_finding{to});
      model.apply(act::follow_wake{to});
    }
    model.apply(act::zoom_at_cursor{0.01});
    draw(model, view);
  }
  model.apply(act::fit_selection{});
  draw(model, view);
}

}  // namespace

void ask_everything(const std::vector<std::uint8_t>& trace) {
  const std::string bytes(trace.begin(), trace.end());
  for (const tests::question& q : tests::all_questions()) require(tests::broken_answer(q, bytes, other_trace()));
  dump_twice(bytes);
  look_around(trace);
  const diary::history once(diary::reader::from_bytes(trace, "fuzz"));
  if (viz::first_divergence(once, once)) fail("a trace differs from itself");
  std::vector<diary::reader> two;
  for (int i = 0; i < 2; ++i) two.push_back(diary::reader::from_bytes(trace, "fuzz"));
  const std::vector<std::uint8_t> both = diary::merged(two);
  const std::string together(both.begin(), both.end());
  for (const tests::question& q : tests::all_questions()) {
    const bool is_of_processes = q.words[0] == "check" || q.words[0] == "export";
    if (is_of_processes) require(tests::broken_answer(q, together, other_trace()));
  }
}

}  // namespace weft::fuzz
