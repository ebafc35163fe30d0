#include "record/recorder.hpp"

#include <pthread.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "core/scheduler.hpp"
#include "record/discovery.hpp"
#include "record/recording.hpp"
#include "record/thread_recorder.hpp"

namespace weft::record {

namespace {

// What the process knows of recording. Guarded by its lock; leaked, because atexit handlers and threads come late.
struct process_state {
  std::mutex lock;
  std::shared_ptr<recording> current;  // null: none is on
  std::vector<scheduler_recording*> schedulers;
  bool environment_asked = false;
  std::string forked_path;  // in a child whose parent recorded: where the child would record
};

process_state& process() {
  static process_state* const state = new process_state;
  return *state;
}

// A child never writes into its parent's file. The mapping is leaked: closing it would complete the parent's trace.
void after_fork_in_child() {
  process_state& p = process();
  new (&p.lock) std::mutex;  // another thread of the parent may have held it
  if (p.current != nullptr) {
    p.forked_path = p.current->file().path() + "." + std::to_string(getpid());
    new std::shared_ptr<recording>(std::move(p.current));
  }
  p.current = nullptr;
  p.schedulers.clear();
}

void stop_at_exit() { trace::stop(); }

void prepare_process_once() {
  static const int once = [] {
    std::atexit(stop_at_exit);
    return pthread_atfork(nullptr, nullptr, after_fork_in_child);
  }();
  static_cast<void>(once);
}

// Starts what WEFT_TRACE asks for, once a process. A trace that cannot be written does not keep the program from
// running.
void start_from_environment() {
  process_state& p = process();
  std::string path;
  {
    const std::lock_guard guard(p.lock);
    if (p.current != nullptr) return;
    if (!p.forked_path.empty()) {
      path = std::exchange(p.forked_path, {});
    } else if (!std::exchange(p.environment_asked, true)) {
      const char* asked = std::getenv("WEFT_TRACE");
      if (asked == nullptr || *asked == '\0' || std::strcmp(asked, "off") == 0) return;
      path = asked;
    }
  }
  if (path.empty()) return;
  trace::options o;
  o.path = path;
  const char* order_only = std::getenv("WEFT_TRACE_ORDER_ONLY");
  o.order_only = order_only != nullptr && std::strcmp(order_only, "1") == 0;
  try {
    trace::start(o);
  } catch (const std::exception& e) {
    std::fprintf(stderr, "weft: %s; going on without a trace\n", e.what());
  }
}

}  // namespace

scheduler_recording::scheduler_recording(core::scheduler& s, core::clock* virtual_clock)
    : scheduler_(s), virtual_clock_(virtual_clock) {
  prepare_process_once();
  start_from_environment();
  process_state& p = process();
  std::shared_ptr<recording> on;
  {
    const std::lock_guard guard(p.lock);
    p.schedulers.push_back(this);
    on = p.current;
  }
  if (on != nullptr) begin(std::move(on));
}

scheduler_recording::~scheduler_recording() {
  process_state& p = process();
  {
    const std::lock_guard guard(p.lock);
    std::erase(p.schedulers, this);
  }
  end();
}

void scheduler_recording::follow() {
  process_state& p = process();
  std::shared_ptr<recording> on;
  {
    const std::lock_guard guard(p.lock);
    on = p.current;
  }
  if (on == recording_) return;
  end();
  if (on != nullptr) begin(std::move(on));
}

void scheduler_recording::begin(std::shared_ptr<recording> r) {
  thread_recorder& recorder = r->this_thread(virtual_clock_);
  recording_ = std::move(r);
  if (scheduler_.shuffled()) recording_->mark_shuffled();
  char name[64] = "";
#if defined(__linux__) || defined(__APPLE__)
  pthread_getname_np(pthread_self(), name, sizeof name);
#endif
  recorder.record_text(diary::event_type::thread_start, name, this_thread_number(), 0, 0);
  scheduler_.set_observer(&recorder);
  if (scheduler_.live() > 0) scheduler_.record_checkpoint();
}

void scheduler_recording::end() {
  if (recording_ == nullptr) return;
  // A recording that is stopped in the middle ends with coroutines alive: their thread goes on.
  if (scheduler_.live() == 0) scheduler_.diary()->record(diary::event_type::thread_stop);
  scheduler_.set_observer(nullptr);
  recording_.reset();
}

}  // namespace weft::record

namespace weft::trace {

using record::process;
using record::process_state;

namespace {

// Every scheduler of the process takes notice of a recording's beginning or end: this thread's at once, others as soon
// as they look into their inboxes.
void tell_schedulers() {
  process_state& p = process();
  record::scheduler_recording* mine = nullptr;
  {
    const std::lock_guard guard(p.lock);
    for (record::scheduler_recording* s : p.schedulers) {
      if (&s->followed() == core::scheduler::current()) {
        mine = s;
      } else {
        core::inbox_message m;
        m.work = [s] { s->follow(); };
        s->followed().messages().post(std::move(m));
      }
    }
  }
  if (mine != nullptr) mine->follow();
}

}  // namespace

void start(const options& o) {
  if (o.path.empty()) throw std::invalid_argument("trace::start: the path is empty");
  if (o.ring_bytes != 0) throw std::invalid_argument("trace::start: there is no ring mode yet");
  record::prepare_process_once();
  process_state& p = process();
  {
    const std::lock_guard guard(p.lock);
    if (p.current != nullptr)
      throw std::logic_error("trace::start: already recording into " + p.current->file().path());
    p.current = std::make_shared<record::recording>(o);
    p.environment_asked = true;  // the program has spoken
    record::announce(p.current->file().path());
  }
  tell_schedulers();
}

void stop() {
  process_state& p = process();
  std::shared_ptr<record::recording> ended;
  {
    const std::lock_guard guard(p.lock);
    ended = std::exchange(p.current, nullptr);
  }
  if (ended == nullptr) return;
  record::withdraw();
  tell_schedulers();
}

bool active() noexcept {
  process_state& p = process();
  const std::lock_guard guard(p.lock);
  return p.current != nullptr;
}

void mark(std::string_view text) {
  if (core::observer* o = core::scheduler::current_diary()) o->record_text(diary::event_type::mark, text);
}

void counter(std::string_view name, double value) {
  if (core::observer* o = core::scheduler::current_diary()) {
    std::uint64_t bits = 0;
    std::memcpy(&bits, &value, sizeof bits);
    o->record(diary::event_type::counter, o->string_id(name), bits);
  }
}

zone::zone(std::string_view name) {
  if (core::observer* o = core::scheduler::current_diary())
    o->record(diary::event_type::zone_begin, o->string_id(name));
}

zone::~zone() {
  if (core::observer* o = core::scheduler::current_diary()) o->record(diary::event_type::zone_end);
}

}  // namespace weft::trace
