#include "replay/recorded_order.hpp"

#include "weft/errors.hpp"

namespace weft::replay {

using diary::event;
using diary::event_type;

namespace {

diary::reader open_trace(const std::string& path) {
  try {
    return diary::reader::open(path, diary::reader::trust::sealed_chunks);
  } catch (const diary::file_error& e) {
    throw replay_error("replay of " + diary::sanitised(e.what()));
  }
}

}  // namespace

bool is_step(event_type type, bool on_root) noexcept {
  using family = diary::event_family;
  switch (diary::family_of(type)) {
    case family::spawn:
    case family::switching:
    case family::wake:
    case family::poll:
      return true;
    case family::interruption:  // an outer scope may expire before or after cancel_delivered
      // On the root another thread has asked for the cancellation; else the running coroutine asks.
      return type != event_type::cancel || on_root;
    default:
      return type == event_type::input_at_once;
  }
}

recorded_order::recorded_order(const std::string& path)
    : path_(path), reader_(open_trace(path)), walk_(reader_.walk(0)) {
  const auto refuse = [&](const std::string& why) { throw replay_error("replay of " + path + ": " + why); };
  const diary::file_info& info = reader_.info();
  if (info.events == 0) refuse("nothing is recorded there");
  if (info.threads > 1) {
    refuse(std::to_string(info.threads) +
           " scheduler threads were recorded; only the order of a single one can be followed");
  }
  if (reader_.at(0).ordinal != 0) refuse("its beginning is missing: a ring keeps only the end");
}

bool recorded_order::begin_run() {
  event e;
  while (!run_begins_ && walk_.next(e)) take_note(e);
  if (!run_begins_) return false;
  run_begins_ = false;
  run_ended_ = false;
  running_ = 0;
  shuffle_seed_.reset();
  by_slot_.clear();
  read();
  if (begun_in_the_middle_) {
    throw replay_error("replay of " + path_ +
                       ": the recording was begun in the middle of the run; only one from the start can be followed");
  }
  if (!shuffle_seed_ && reader_.info().shuffled) shuffle_seed_ = 0;  // by a version that did not write the seed
  return true;
}

void recorded_order::pop() {
  time_ns_ = front_.t_ns;
  if (is_switch(front_.type)) running_ = front_.args[0];
  has_front_ = false;
  read();
}

void recorded_order::read() {
  while (!has_front_ && !run_ended_ && !has_gap_) {
    event e;
    if (!walk_.next(e)) return;
    take_note(e);
    if (e.type == event_type::thread_stop || e.type == event_type::thread_start) run_ended_ = true;
    if (e.type == event_type::loss) has_gap_ = true;
    if (e.type == event_type::checkpoint_begin && e.args[0] > 0 && by_slot_.empty()) {
      begun_in_the_middle_ = has_gap_ = true;
      return;
    }
    if (is_step(e.type, running_ == 0)) {
      front_ = e;
      has_front_ = true;
    }
  }
}

void recorded_order::take_note(const event& e) {
  run_begins_ = e.type == event_type::thread_start;
  if (is_spawn(e.type)) by_slot_[e.args[0]] = {e.args[1], string(e.args[3])};
  switch (e.type) {
    case event_type::string:
      strings_.insert_or_assign(e.args[0], diary::sanitised(e.text));
      break;
    case event_type::object:
      if (!e.text.empty()) objects_.insert_or_assign(e.args[0], diary::sanitised(e.text));
      break;
    case event_type::shuffle_seed:
      shuffle_seed_ = e.args[0];
      break;
    case event_type::rename:
      by_slot_[e.args[0]].name = string(e.args[1]);
      break;
    default:
      break;
  }
}

const std::string& recorded_order::name_of(std::uint64_t slot) const {
  static const std::string none;
  const auto found = by_slot_.find(slot);
  return found != by_slot_.end() ? found->second.name : none;
}

std::string recorded_order::coroutine(std::uint64_t slot) const {
  if (slot == 0) return "the scheduler";
  const auto found = by_slot_.find(slot);
  if (found == by_slot_.end() || found->second.id == 0) return "slot " + std::to_string(slot);
  const lived& c = found->second;
  const std::string number = "#" + std::to_string(c.id);
  return c.name.empty() ? number : c.name + " (" + number + ")";
}

std::string recorded_order::object(std::uint64_t id) const {
  const auto found = objects_.find(id);
  return found != objects_.end() ? " \"" + found->second + "\"" : std::string();
}

const std::string& recorded_order::string(std::uint64_t id) const {
  static const std::string none;
  const auto found = strings_.find(id);
  return found != strings_.end() ? found->second : none;
}

}  // namespace weft::replay
