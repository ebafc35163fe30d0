// Watches a scheduler while it is recorded: an observer that passes everything on to the recorder. After each event it
// stores the scheduler's own state: the running coroutine, the ready queue in order, every blocked coroutine with its
// object and time limit, the owners of locks. A test compares that with the diary's state at the same event.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "core/scheduler.hpp"
#include "trace/state/scheduler_state.hpp"

namespace weft::support {

// The scheduler's own state right after one event.
struct scheduler_snapshot {
  struct coroutine {
    std::uint64_t slot = 0, id = 0;
    diary::coroutine_status status = diary::coroutine_status::none;
    diary::wait_reason reason = diary::wait_reason::none;  // this and the members below: only while blocked
    std::uint64_t object = 0;
    int fd = -1;
    std::optional<std::int64_t> deadline_ns;  // since the clock's zero
  };
  struct waited_object {
    std::uint64_t owner_slot = 0;
    bool in_one_line = false;            // the object has one waiter list, so their order is known
    std::vector<std::uint64_t> waiters;  // without those that have been granted
  };
  std::uint64_t event = 0;
  std::uint64_t running = 0;  // slot; 0: the root
  std::vector<std::uint64_t> ready;
  std::vector<coroutine> live;
  std::map<std::uint64_t, waited_object> objects;  // with waiters, now or earlier
};

class scheduler_watch final : public core::observer {
 public:
  // Connects the watch between `s`, on its own thread, and its present recorder. It sees every event from here on. The
  // watch must outlive the recording.
  void begin(core::scheduler& s) {
    scheduler_ = &s;
    recorder_ = s.diary().reader();
    s.set_observer(this);
  }
  const std::vector<scheduler_snapshot>& snapshots() const { return snapshots_; }

  // ---- core::observer
  void record(diary::event_type type, std::uint64_t a, std::uint64_t b, std::uint64_t c, std::uint64_t d,
              std::uint64_t e, std::uint64_t f) noexcept override {
    recorder_->record(type, a, b, c, d, e, f);
    take(type, a);
  }
  void record_text(diary::event_type type, std::string_view text, std::uint64_t a, std::uint64_t b,
                   std::uint64_t c) noexcept override {
    recorder_->record_text(type, text, a, b, c);
    take(type, a);
  }
  std::uint64_t string_id(std::string_view text) noexcept override { return recorder_->string_id(text); }
  std::uint64_t site_id(const source_location& where) noexcept override { return recorder_->site_id(where); }
  void define_object(std::uint64_t object_id, diary::object_kind kind, std::string_view name) noexcept override {
    recorder_->define_object(object_id, kind, name);
  }
  std::uint64_t ordinal() const noexcept override { return recorder_->ordinal(); }
  std::uint32_t thread_index() const noexcept override { return recorder_->thread_index(); }

 private:
  // Some events come before the switch to which they belong and are no state of their own: a time limit, and a scope
  // that ran out when its coroutine is in a waiter list already.
  void take(diary::event_type type, std::uint64_t a) {
    using t = diary::event_type;
    if (type == t::time_limit || type == t::thread_stop || type == t::scope_expired) return;
    scheduler_snapshot s;
    s.event = recorder_->ordinal() - 1;
    const bool is_switch = type == t::enter || (type >= t::yield && type <= t::finish);
    if (is_switch) {
      s.running = a;  // the leaving coroutine has not switched yet
    } else if (const core::coroutine* c = scheduler_->running()) {
      s.running = c->slot;
    }
    for (const core::coroutine* c = scheduler_->ready_front(); c != nullptr; c = c->next) s.ready.push_back(c->slot);
    bool saw_running = s.running == 0;
    for (const core::coroutine* c = scheduler_->oldest(); c != nullptr; c = c->younger) {
      s.live.push_back(one(*c));
      if (c->slot == s.running) {
        s.live.back().status = diary::coroutine_status::running;
        saw_running = true;
      }
    }
    // A coroutine that ends is removed from the list before its last switch.
    if (!saw_running) {
      s.live.push_back(one(*scheduler_->running()));
    }
    for (const auto& [id, object] : known_) s.objects.emplace(id, of(*object));
    snapshots_.push_back(std::move(s));
  }

  static bool in_one_line(diary::object_kind kind) {
    using k = diary::object_kind;
    return kind == k::mutex || kind == k::event || kind == k::semaphore || kind == k::latch;
  }
  static bool has_owner(diary::object_kind kind) {
    using k = diary::object_kind;
    return kind == k::mutex || kind == k::recursive_mutex || kind == k::shared_mutex;
  }

  scheduler_snapshot::coroutine one(const core::coroutine& c) {
    scheduler_snapshot::coroutine copy;
    copy.slot = c.slot;
    copy.id = c.id;
    copy.status = c.status;
    if (c.status != diary::coroutine_status::blocked) return copy;
    copy.reason = c.reason;
    copy.fd = c.fd;
    if (c.time_limit.armed()) copy.deadline_ns = c.time_limit.deadline_ns;
    if (c.object == nullptr) return copy;
    copy.object = c.object->id();
    // Only objects of which more can be compared. They belong to the test and live as long as the run. A task may be
    // destroyed earlier, as may the object of a select, which replaces a queue or a channel.
    if (in_one_line(c.object->kind()) || has_owner(c.object->kind())) known_.emplace(copy.object, c.object);
    return copy;
  }

  scheduler_snapshot::waited_object of(const detail::object& o) const {
    scheduler_snapshot::waited_object copy;
    copy.owner_slot = o.owner_slot;
    copy.in_one_line = in_one_line(o.kind());
    if (!copy.in_one_line) return copy;
    // Found through any of its waiters.
    for (const core::coroutine* c = scheduler_->oldest(); c != nullptr; c = c->younger) {
      if (c->status != diary::coroutine_status::blocked || c->object != &o || c->waiting->list == nullptr) continue;
      for (const detail::waiter* w = c->waiting->list->front(); w != nullptr; w = w->next)
        copy.waiters.push_back(w->coroutine->slot);
      break;
    }
    return copy;
  }

  core::scheduler* scheduler_ = nullptr;
  core::observer* recorder_ = nullptr;
  std::map<std::uint64_t, const detail::object*> known_;
  std::vector<scheduler_snapshot> snapshots_;
};

// Returns what differs, one line each; empty: nothing. `start_ns`: the clock at the start of the recording.
inline std::string difference(const scheduler_snapshot& own, const diary::scheduler_state& told,
                              std::int64_t start_ns) {
  std::ostringstream out;
  const diary::thread_state& thread = told.threads().at(0);
  const auto list = [](const auto& slots) {
    std::string text;
    for (const std::uint64_t slot : slots) text += ' ' + std::to_string(slot);
    return text;
  };
  if (own.running != thread.running_slot)
    out << "runs: slot " << own.running << ", the diary says " << thread.running_slot << '\n';
  if (list(own.ready) != list(thread.ready))
    out << "ready:" << list(own.ready) << ", the diary says" << list(thread.ready) << '\n';
  if (own.live.size() != told.live_count())
    out << "live: " << own.live.size() << ", the diary says " << told.live_count() << '\n';
  for (const scheduler_snapshot::coroutine& c : own.live) {
    const diary::coroutine_state* d = told.by_slot(c.slot);
    const std::string who = "slot " + std::to_string(c.slot) + " (id " + std::to_string(c.id) + "): ";
    if (d == nullptr) {
      out << who << "unknown to the diary\n";
      continue;
    }
    if (d->id != c.id) out << who << "the diary says id " << d->id << '\n';
    if (d->status != c.status) out << who << to_text(c.status) << ", the diary says " << to_text(d->status) << '\n';
    if (c.status != diary::coroutine_status::blocked || d->status != c.status) continue;
    if (d->reason != c.reason)
      out << who << "waits for " << to_text(c.reason) << ", the diary says " << to_text(d->reason) << '\n';
    if (d->object != c.object) out << who << "object " << c.object << ", the diary says " << d->object << '\n';
    if (d->fd != c.fd) out << who << "fd " << c.fd << ", the diary says " << d->fd << '\n';
    const std::int64_t own_end = c.deadline_ns ? *c.deadline_ns - start_ns : -1;
    if (own_end != d->deadline_ns.value_or(-1))
      out << who << "until " << own_end << ", the diary says " << d->deadline_ns.value_or(-1) << '\n';
  }
  for (const auto& [id, o] : own.objects) {
    const auto found = told.objects().find(id);
    const diary::object_state nothing;
    const diary::object_state& d = found != told.objects().end() ? found->second : nothing;
    if (o.owner_slot != d.owner_slot)
      out << "object " << id << ": owned by slot " << o.owner_slot << ", the diary says " << d.owner_slot << '\n';
    if (!o.in_one_line) continue;
    // A waiter that was granted something has left the list; its wake may be the next event.
    std::vector<std::uint64_t> waiting;
    for (const std::uint64_t slot : d.waiters) {
      for (const std::uint64_t own_slot : o.waiters) {
        if (own_slot == slot) waiting.push_back(slot);
      }
    }
    if (list(waiting) != list(o.waiters))
      out << "object " << id << ": waited for by" << list(o.waiters) << ", the diary says" << list(d.waiters) << '\n';
    if (d.waiters.size() > o.waiters.size() + 1)
      out << "object " << id << ": the diary knows waiters that are gone:" << list(d.waiters) << '\n';
  }
  return out.str();
}

}  // namespace weft::support
