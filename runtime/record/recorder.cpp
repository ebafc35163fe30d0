#include "record/recorder.hpp"

#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

#include "core/environment.hpp"
#include "core/fork.hpp"
#include "core/outside.hpp"
#include "core/scheduler.hpp"
#include "record/process_state.hpp"
#include "record/recording.hpp"
#include "record/thread_recorder.hpp"
#include "trace/words/diary_event.hpp"
#include "trace/words/say.hpp"

namespace weft::record {

namespace {

// A child never writes into its parent's file. The mapping is leaked: closing it would complete the parent's trace.
void after_fork_in_child() noexcept {
  process_state& p = process();
  new (&p.lock) std::mutex;  // another thread of the parent may have locked it
  core::forget_outside_in_child();
  if (p.current != nullptr) {
    p.current->store().abandon_in_child();
    if (!p.attached) p.forked = p.current->asked();
    if (p.forked && !p.forked->path.empty()) p.forked->path += "." + std::to_string(getpid());
    new std::shared_ptr<recording>(std::move(p.current));
  }
  p.current = nullptr;
  p.attached = false;
  p.temporary.clear();
  p.schedulers.clear();
}

void stop_at_exit() { end_recording(whose::any); }

// Reads "16M", "64K", "1G" or a number of bytes. Returns 0 for any other text.
std::size_t size_from_text(const char* text) noexcept {
  errno = 0;
  char* end = nullptr;
  const unsigned long long number = *text >= '0' && *text <= '9' ? std::strtoull(text, &end, 10) : 0;
  if (end == nullptr || errno != 0) return 0;
  unsigned shift = 0;
  if (*end == 'K' || *end == 'k') shift = 10;
  if (*end == 'M' || *end == 'm') shift = 20;
  if (*end == 'G' || *end == 'g') shift = 30;
  if (shift != 0) ++end;
  if (*end != '\0' || number > (SIZE_MAX >> shift)) return 0;
  return static_cast<std::size_t>(number) << shift;
}

const char* variable(const char* name) noexcept {
  const char* value = std::getenv(name);
  return value != nullptr ? value : "";
}

// The recording that the environment asks for: WEFT_TRACE, WEFT_TRACE_RING (alone: a ring in memory, for snapshots) and
// WEFT_TRACE_ORDER_ONLY.
std::optional<trace::options> asked_by_environment() {
  trace::options o;
  o.path = variable("WEFT_TRACE");
  const char* ring = variable("WEFT_TRACE_RING");
  if (core::says_off(o.path.c_str()) || (o.path.empty() && *ring == '\0')) return std::nullopt;
  if (*ring != '\0') {
    o.ring_bytes = size_from_text(ring);
    if (o.ring_bytes == 0) {
      throw std::invalid_argument("WEFT_TRACE_RING is not a size such as 16M: " + diary::sanitised(ring));
    }
  }
  o.order_only = std::strcmp(variable("WEFT_TRACE_ORDER_ONLY"), "1") == 0;
  return o;
}

// Starts the recording that WEFT_TRACE asks for, once a process. If the trace cannot be written, the program still
// runs.
void start_from_environment() {
  process_state& p = process();
  try {
    std::optional<trace::options> asked;
    {
      const std::lock_guard guard(p.lock);
      if (p.current != nullptr) return;
      if (p.forked) {
        asked = std::exchange(p.forked, std::nullopt);
      } else if (!std::exchange(p.environment_asked, true)) {
        asked = asked_by_environment();
      }
    }
    if (asked) trace::start(*asked);
  } catch (const std::exception& e) {
    diary::say({e.what(), "; going on without a trace"});
  }
}

}  // namespace

process_state& process() {
  static process_state* const state = new process_state;
  return *state;
}

void prepare_process_once() {
  static const int once = [] {
    std::atexit(stop_at_exit);
    core::tell_in_child(after_fork_in_child);
    return 0;
  }();
  static_cast<void>(once);
}

scheduler_recording::scheduler_recording(core::scheduler& s, core::clock* virtual_clock, core::front_observer* front)
    : scheduler_(s), virtual_clock_(virtual_clock), front_(front) {
  scheduler_.set_observer(front_);
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
  recorder.time_next();
  recorder.record_text(diary::event_type::thread_start, this_thread_name().data(), this_thread_number(), 0, 0);
  if (const std::optional<std::uint64_t> seed = scheduler_.shuffle_seed()) {
    recording_->mark_shuffled();
    recorder.record(diary::event_type::shuffle_seed, *seed, 0, 0, 0, 0, 0);
  }
  recorder_ = &recorder;
  if (front_ != nullptr) {
    front_->pass_on_to(&recorder);
    scheduler_.set_observer(front_);
  } else {
    scheduler_.set_observer(&recorder);
  }
  if (scheduler_.live() == 0) return;
  recorder.begin_in_the_middle();
  scheduler_.record_checkpoint();
}

void scheduler_recording::end() {
  if (recording_ == nullptr) return;
  // A recording that is stopped while coroutines live writes no thread_stop: the thread goes on.
  if (scheduler_.live() == 0) scheduler_.diary().reader()->record(diary::event_type::thread_stop);
  recorder_->leave();
  if (front_ != nullptr) front_->pass_on_to(nullptr);
  scheduler_.set_observer(front_);
  recorder_ = nullptr;
  recording_.reset();
}

}  // namespace weft::record
