// The cost of a huge trace for the window: the first picture, memory, frames at every zoom, steps. Not a test: the
// figures depend on the machine.
//
//   weft_window_figures record FILE EVENTS COROUTINES   makes a trace with all kinds of waits
//   weft_window_figures FILE                            measures with it
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "analysis/findings.hpp"
#include "app/window_app.hpp"
#include "weft/queue.hpp"
#include "weft/run.hpp"
#include "weft/task.hpp"
#include "weft/this_coroutine.hpp"
#include "weft/trace.hpp"

namespace {

void hold_the_thread(std::chrono::milliseconds length) {
  const auto end = std::chrono::steady_clock::now() + length;
  while (std::chrono::steady_clock::now() < end) {
  }
}

// Pairs that pass items, yield and sometimes sleep; one of them now and then runs too long.
void record(const std::string& path, std::uint64_t events, std::uint64_t coroutines) {
  using namespace std::chrono_literals;
  weft::trace::start({.path = path});
  weft::run([&] {
    const std::uint64_t pairs = coroutines / 2;
    const std::uint64_t rounds = events / pairs / 6;  // a round has about this many events
    std::vector<std::unique_ptr<weft::queue<int>>> queues;
    std::vector<weft::task<>> all;
    for (std::uint64_t p = 0; p < pairs; ++p) {
      weft::queue<int>& q = *queues.emplace_back(std::make_unique<weft::queue<int>>(4));
      all.push_back(weft::spawn("producer " + std::to_string(p), [&q, p, rounds] {
        for (std::uint64_t i = 0; i < rounds; ++i) {
          q.put(1);
          weft::yield();
          weft::yield();
          if (p == 3 && i % (rounds / 5 + 1) == rounds / 10) hold_the_thread(15ms);
          if (i % 512 == p % 512) weft::sleep_for(2ms);
        }
      }));
      all.push_back(weft::spawn("consumer " + std::to_string(p), [&q, rounds] {
        for (std::uint64_t i = 0; i < rounds; ++i) {
          q.get();
          weft::yield();
          weft::yield();
        }
      }));
    }
    for (const weft::task<>& t : all) t.join();
  });
  weft::trace::stop();
}

using namespace weft::viz;

double wall_ms() {
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

// Of all threads: on a busy machine this says more than the wall clock.
double processor_ms() {
  timespec t{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) * 1e3 + static_cast<double>(t.tv_nsec) / 1e6;
}

double status_mb(const char* key) {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.rfind(key, 0) == 0) return std::atof(line.c_str() + std::strlen(key)) / 1024;
  }
  return 0;
}

struct figure {
  double best = 0, median = 0, worst = 0;
};
template <class Function>
figure time_of(int times, double (*now_ms)(), Function f) {
  std::vector<double> all;
  for (int i = 0; i < times; ++i) {
    const double start = now_ms();
    f();
    all.push_back(now_ms() - start);
  }
  std::sort(all.begin(), all.end());
  return {all.front(), all[all.size() / 2], all.back()};
}

// The memory of the process itself, and the mapped memory of files, which the kernel can drop.
void print_memory(const char* when) {
  std::printf("memory        %.0f MB, and %.0f MB of files mapped, %s\n", status_mb("RssAnon:"),
              status_mb("RssFile:") + status_mb("RssShmem:"), when);
}

void measure(const std::string& path) {
  gl_window window({.width = 1600, .height = 1000, .offscreen = true});
  window_app app(window);
  {  // what the window and the driver need themselves
    app.draw();
  }
  const figure empty = time_of(20, wall_ms, [&] { app.draw(); });
  std::printf("frame         of the start page, in ms: best %.1f, median %.1f\n", empty.best, empty.median);
  print_memory("the window alone");
  const double before_mb = status_mb("VmRSS:");
  const double start = wall_ms(), start_cpu = processor_ms();
  app.open(path, false, 0, false);
  app.draw();
  const double at_once = wall_ms() - start;
  app.finish_reading();
  look_at_the_story(app.model());
  app.finish_reading();
  app.draw();
  viewer_model& model = app.model();
  const auto events = static_cast<double>(model.trace->event_count());
  const double taken_mb = status_mb("VmRSS:") - before_mb;
  std::printf("%.0f M events, %zu coroutines\n", events / 1e6, model.trace->coroutine_count());
  std::printf("window        %.0f ms until it is there, with nothing read yet\n", at_once);
  std::printf("first picture %.2f s (%.2f s of a processor), %.0f MB more than without a trace: %.2f bytes an event\n",
              (wall_ms() - start) / 1e3, (processor_ms() - start_cpu) / 1e3, taken_mb, taken_mb * 1048576 / events);
  if (model.trace->is_huge()) {
    const lane_index& index = *model.trace->roughly(model.trace->whole());
    std::printf("index         %.1f MB, buckets of %s\n", static_cast<double>(index.memory_bytes()) / 1e6,
                duration_text(index.scale().bucket_ns).c_str());
  }
  print_memory("with the first picture");
  std::printf("frame         in ms: the first, then the best and the median of 20 when the view is refined\n");
  for (int zoom = 0; zoom < 12; ++zoom) {
    const double before = wall_ms();
    app.draw();
    const double first = wall_ms() - before;
    const double refine = wall_ms();
    app.finish_reading();
    const double refined = wall_ms() - refine;
    const figure frame = time_of(20, wall_ms, [&] { app.draw(); });
    const time_range shown = visible_range(model.view.scale, model.port.lanes_width);
    std::printf("  %10s in view: %5.1f then %5.1f and %5.1f; refined in %.0f ms%s\n",
                duration_text(shown.length_ns()).c_str(), first, frame.best, frame.median, refined,
                model.trace->exactly(shown) != nullptr ? ", exact" : "");
    model.apply(act::zoom{model.port.lanes_width / 3, 0.25});
  }
  print_memory("after zooming");
  model.apply(act::fit_all{});
  const auto steps = [&](const char* name, const action& a) {
    const figure f = time_of(300, processor_ms, [&] { model.apply(a); });
    std::printf("step          %-22s median %.2f ms, worst %.1f ms\n", name, f.median, f.worst);
  };
  steps("event forth", act::step_event{direction::forth});
  steps("event back", act::step_event{direction::back});
  steps("switch forth", act::step_switch{direction::forth});
  steps("switch back", act::step_switch{direction::back});
  steps("coroutine forth", act::step_coroutine{direction::forth});
  steps("coroutine back", act::step_coroutine{direction::back});
  steps("span back", act::step_span{direction::back});
  const double jump = processor_ms();
  for (int i = 1; i <= 10; ++i) {
    model.apply(act::go_to_event{model.trace->event_count() / 11 * static_cast<std::uint64_t>(i)});
  }
  std::printf("jump          anywhere: %.1f ms\n", (processor_ms() - jump) / 10);
  print_memory("after stepping");
  const double search = processor_ms();
  weft::diary::history names(weft::diary::reader::open(path, weft::diary::reader::trust::sealed_chunks),
                             weft::diary::history::effort::told);
  const std::atomic<bool> stops{false};
  const analysis found = analyse(names, model.trace->limits().long_run_ns, false, stops);
  std::printf("findings      %zu, and statistics: %.1f s of a processor, beside the window\n", found.findings.size(),
              (processor_ms() - search) / 1e3);
  print_memory("after looking for findings");
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 5 && std::strcmp(argv[1], "record") == 0) {
    record(argv[2], std::stoull(argv[3]), std::stoull(argv[4]));
    return 0;
  }
  if (argc == 2) {
    measure(argv[1]);
    return 0;
  }
  std::fprintf(stderr, "usage: weft_window_figures record FILE EVENTS COROUTINES | FILE\n");
  return 2;
}
