#include "replay/follower.hpp"

#include <algorithm>
#include <climits>
#include <cstdlib>
#include <iterator>

#include "replay/step_words.hpp"
#include "trace/words/comparable_name.hpp"
#include "trace/words/say.hpp"
#include "weft/errors.hpp"

namespace weft::replay {

using core::script_step;
using diary::event;
using diary::event_type;

namespace {

constexpr std::uint64_t unknown_slot = UINT64_MAX;  // not a slot of the recording

}  // namespace

follower::follower(recorded_order& order, core::clock& real, bool paced)
    : order_(order),
      real_(real),
      start_ns_(real.now_ns()),
      begin_ns_(order.front() != nullptr ? order.front()->t_ns : 0),
      paced_(paced) {}

std::int64_t follower::replayed_time::now_ns() noexcept {
  const follower& f = follower_;
  if (f.over_) return f.time_ns_at_end_ + (f.real_.now_ns() - f.real_ns_at_end_);
  return f.start_ns_ + std::max<std::int64_t>(f.order_.time_ns() - f.begin_ns_, 0);
}

std::uint64_t follower::here(std::uint64_t recorded_slot) const noexcept {
  const auto found = here_.find(recorded_slot);
  return found != here_.end() ? found->second : 0;
}

std::uint64_t follower::there(std::uint64_t slot) const noexcept {
  if (slot == 0) return 0;
  return slot < there_.size() && there_[slot] != 0 ? there_[slot] : unknown_slot;
}

// An fd that no coroutine has waited for yet most likely has the same number in both runs.
int follower::fd_here(std::uint64_t recorded_fd) const noexcept {
  const auto found = fds_.find(recorded_fd);
  return static_cast<int>(std::min<std::uint64_t>(found != fds_.end() ? found->second : recorded_fd, INT_MAX));
}

// ---- what comes next

// input_at_once events show how far the program is, but decide nothing: the program may have fewer of them.
const event* follower::next_step() {
  if (over_) return nullptr;
  while (order_.front() != nullptr && order_.front()->type == event_type::input_at_once) order_.pop();
  return order_.front();
}

std::uint64_t follower::next_to() noexcept {
  const event* e = next_step();
  return e != nullptr && is_switch(e->type) && e->type != event_type::enter ? here(e->args[0]) : 0;
}

bool follower::scope_expires(std::uint64_t slot, std::uint64_t depth) noexcept {
  const event* e = next_step();
  return e != nullptr && e->type == event_type::scope_expired && here(e->args[0]) == slot && e->args[1] == depth;
}

bool follower::interrupts_select(std::uint64_t look) noexcept {
  const event* e = over_ ? nullptr : order_.front();
  return e != nullptr && e->type == event_type::select_interrupted && e->args[0] == look;
}

bool follower::point_has_come(std::uint64_t check) noexcept {
  const event* e = over_ ? nullptr : order_.front();
  return e != nullptr && e->type == event_type::point_passed && e->args[0] == check;
}

// waits_for_fd() and the function below, like those above, may be called in the middle of an input that may have been
// available at once.
bool follower::waits_for_fd() noexcept {
  const event* e = over_ ? nullptr : order_.front();
  return e == nullptr || e->type == event_type::block_fd;
}

bool follower::waits_for_input() noexcept {
  const event* e = over_ ? nullptr : order_.front();
  return e != nullptr && e->type == event_type::block_fd &&
         e->args[1] == static_cast<std::uint64_t>(diary::wait_reason::fd_readable);
}

script_step follower::next_on_root() noexcept {
  using kind = script_step::kind;
  constexpr std::int64_t least_patience_ns = 10'000'000'000, longest_patience_ns = 360 * least_patience_ns;
  script_step step;
  const event* e = next_step();
  if (e == nullptr) return step;
  step.slot = here(e->args[0]);
  // The outside world needs its time, and the replay, which does not sleep, may be far ahead of it.
  step.patience_ns = least_patience_ns + 2 * std::clamp<std::int64_t>(e->t_ns, 0, longest_patience_ns);
  if (paced_ && (e->type == event_type::wake_timer || e->type == event_type::scope_expired))
    step.rest_ns = (e->t_ns - begin_ns_) - (real_.now_ns() - start_ns_);
  const auto cause = static_cast<diary::wake_cause>(e->args[1]);
  switch (e->type) {
    case event_type::enter:
      step.what = kind::enter;
      break;
    case event_type::poll_begin:
      step.what = kind::poll_begin;
      step.timeout_ns_plus_1 = e->args[0];
      break;
    case event_type::poll_end:
      step.what = kind::poll_end;
      break;
    case event_type::fd_ready:
      step.what = kind::fd;
      step.fd = fd_here(e->args[0]);
      step.ready = static_cast<std::uint32_t>(e->args[1]);
      break;
    case event_type::wake_fd:
      step.what = kind::fd_of;
      step.ready = static_cast<std::uint32_t>(e->args[2]);
      break;
    case event_type::wake_timer:
      step.what = cause == diary::wake_cause::expired ? kind::scope : kind::timer;
      break;
    case event_type::scope_expired:
      step.what = kind::scope;
      step.depth = e->args[1];
      break;
    case event_type::wake_remote:
      step.what = cause == diary::wake_cause::closed ? kind::closed : kind::granted;
      break;
    case event_type::wake:
      step.what = cause == diary::wake_cause::deadlock ? kind::deadlock : kind::work;
      break;
    case event_type::cancel:
    case event_type::spawn:
    case event_type::spawn_after:
      step.what = kind::work;
      break;
    default:
      cannot("nobody runs");
      step.what = kind::over;
      break;
  }
  return step;
}

// ---- what the program does

void follower::compare(event_type type, const std::uint64_t* args) {
  if (over_ || !is_step(type, order_.running() == 0)) return;
  if (type == event_type::input_at_once) {
    if (order_.front() != nullptr && order_.front()->type == type) order_.pop();
    return;
  }
  const event* recorded = next_step();
  if (recorded == nullptr) {
    if (order_.run_ended()) {
      const event done = in_terms_of_recording(type, args);
      diverge("the program goes on: " + words(order_, done, order_.running(), last_text_, last_object_));
    } else {
      end_of_recording();
    }
    return;
  }
  const event done = in_terms_of_recording(type, args);
  if (is_same(*recorded, done)) {
    take(*recorded, args);
    return;
  }
  event at_least = done;
  at_least.args[0] = recorded->args[0];
  if (is_switch(type) && type != event_type::enter && done.args[0] == 0 && is_same(*recorded, at_least)) {
    diverge(order_.coroutine(recorded->args[0]) + " is not ready");
  } else {
    diverge("the program did \"" + words(order_, done, order_.running(), last_text_, last_object_) + '"');
  }
}

event follower::in_terms_of_recording(event_type type, const std::uint64_t* args) const {
  event e;
  e.type = type;
  std::copy_n(args, diary::max_args, e.args.begin());
  const diary::event_schema* const schema = diary::find_schema(type);
  // A spawned coroutine has no slot in the recording yet.
  if (schema->kinds[0] == diary::arg_kind::slot && !is_spawn(type)) e.args[0] = there(args[0]);
  return e;
}

// Compares scheduling decisions, as `weft diff` does. Times, fds and object numbers decide nothing.
bool follower::is_same(const event& recorded, const event& done) const {
  if (recorded.type != done.type) return false;
  switch (done.type) {
    case event_type::spawn:
    case event_type::spawn_after:
      return diary::comparable_name(order_.string(recorded.args[3])) ==
             diary::comparable_name(diary::sanitised(last_text_));
    case event_type::enter:
    case event_type::yield:
    case event_type::sleep:
    case event_type::wake_fd:
    case event_type::cancel:
    case event_type::select_interrupted:
    case event_type::point_passed:
      return recorded.args[0] == done.args[0];
    case event_type::block:
    case event_type::block_fd:
    case event_type::finish:
    case event_type::wake:
    case event_type::wake_timer:
    case event_type::wake_remote:
    case event_type::scope_expired:
      return recorded.args[0] == done.args[0] && recorded.args[1] == done.args[1];
    default:
      return true;
  }
}

void follower::take(const event& recorded, const std::uint64_t* args) {
  if (is_spawn(recorded.type)) {
    here_[recorded.args[0]] = args[0];
    if (args[0] >= there_.size()) there_.resize(args[0] + args[0] / 2 + 64);
    there_[args[0]] = recorded.args[0];
  }
  if (recorded.type == event_type::block_fd) fds_[recorded.args[2]] = args[2];
  ++progress_;
  order_.pop();
}

void follower::end_of_recording() {
  if (!said_end_) {
    diary::say("replay of " + order_.path() + ": " +
               (order_.has_gap() ? "events are missing at event " : "the recording ends at event ") +
               std::to_string(order_.event_number()) + ", before the program does; it goes on freely");
  }
  said_end_ = true;
  be_over();
}

void follower::diverge(const std::string& what_was_done) {
  const event* recorded = order_.front();
  const std::uint64_t number = order_.event_number();
  std::string text =
      "replay of " + diary::sanitised(order_.path()) + ": event " + std::to_string(number) + ": recorded \"";
  if (recorded == nullptr) {
    text += "the run ends";
  } else {
    std::string object;
    if (recorded->type == event_type::block) object = order_.object(recorded->args[2]);
    text += words(order_, *recorded, order_.running(), order_.coroutine(recorded->args[0]), object);
  }
  text += "\", but " + what_was_done;
  diary::say(text);
  divergence_ = std::make_exception_ptr(replay_divergence(text, number));
  be_over();
}

void follower::left_by_divergence() noexcept {
  if (exit_status_ != 0) std::exit(exit_status_);
}

void follower::be_over() noexcept {
  time_ns_at_end_ = time_.now_ns();
  real_ns_at_end_ = real_.now_ns();
  over_ = true;
}

void follower::cannot(const std::string& why) noexcept {
  if (!over_) diverge(why);
}

void follower::finish() noexcept {
  if (next_step() != nullptr) diverge("the program has ended");
  if (!over_) be_over();
}

// ---- core::observer

void follower::record(event_type type, std::uint64_t a, std::uint64_t b, std::uint64_t c, std::uint64_t d,
                      std::uint64_t e, std::uint64_t f) noexcept {
  if (recorder_ != nullptr) {
    recorder_->record(type, a, b, c, d, e, f);
    last_ticks = recorder_->last_ticks;
  }
  const std::uint64_t args[] = {a, b, c, d, e, f};
  static_assert(std::size(args) == diary::max_args);
  try {
    compare(type, args);
  } catch (const std::exception& error) {  // the recording is damaged, or no memory
    if (over_) return;
    diary::say(std::string(error.what()) + "; the program goes on freely");
    be_over();
  }
}

void follower::record_text(event_type type, std::string_view text, std::uint64_t a, std::uint64_t b,
                           std::uint64_t c) noexcept {
  if (recorder_ == nullptr) return;
  recorder_->record_text(type, text, a, b, c);
  last_ticks = recorder_->last_ticks;
}

void follower::record_last_words(event_type type, std::string_view text) noexcept {
  if (recorder_ != nullptr) recorder_->record_last_words(type, text);
}

std::uint64_t follower::string_id(std::string_view text) noexcept {
  last_text_ = text;
  return recorder_ != nullptr ? recorder_->string_id(text) : 0;
}

std::uint64_t follower::site_id(const source_location& where) noexcept {
  return recorder_ != nullptr ? recorder_->site_id(where) : 0;
}

void follower::define_object(std::uint64_t object_id, diary::object_kind kind, std::string_view name) noexcept {
  last_object_ = name.empty() ? std::string() : " \"" + diary::sanitised(name) + '"';
  if (recorder_ != nullptr) recorder_->define_object(object_id, kind, name);
}

std::uint64_t follower::ordinal() const noexcept { return recorder_ != nullptr ? recorder_->ordinal() : 1; }
std::uint32_t follower::thread_index() const noexcept { return recorder_ != nullptr ? recorder_->thread_index() : 0; }

bool follower::wants_checkpoint(std::size_t live) noexcept {
  return recorder_ != nullptr && recorder_->wants_checkpoint(live);
}
void follower::begin_checkpoint(std::uint64_t count, std::uint64_t running_slot) noexcept {
  if (recorder_ != nullptr) recorder_->begin_checkpoint(count, running_slot);
}
void follower::end_checkpoint() noexcept {
  if (recorder_ == nullptr) return;
  recorder_->end_checkpoint();
  last_ticks = recorder_->last_ticks;
}
core::observer::checkpoint_form follower::form_of_checkpoint(std::size_t live) noexcept {
  return recorder_ != nullptr ? recorder_->form_of_checkpoint(live) : checkpoint_form::plain;
}
void follower::record_checkpoint_part(const checkpoint_part& part, std::string_view code) noexcept {
  if (recorder_ == nullptr) return;
  recorder_->record_checkpoint_part(part, code);
  last_ticks = recorder_->last_ticks;
}
std::uint64_t follower::ticks_per_second() const noexcept {
  return recorder_ != nullptr ? recorder_->ticks_per_second() : 1'000'000'000;
}
std::uint64_t follower::ns_since(std::uint64_t ticks) const noexcept {
  return recorder_ != nullptr ? recorder_->ns_since(ticks) : 0;
}

}  // namespace weft::replay
