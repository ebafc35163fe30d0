// The scheduler's hand in the diary: one function for each event, named by what has happened. Nobody else asks whether
// somebody reads the diary, and each function does itself what later checkpoints need: a coroutine that came into
// another state is stamped with the time and the order of that, and what the diary has said of an object is noted.
// Without a reader each of them is one predictable branch. On the scheduler's own thread, when what is told has been
// done; see observer.hpp. None suspends or throws, but for spawned() and renamed(), which may run out of memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

#include "core/coroutine.hpp"
#include "core/event_mark.hpp"
#include "core/object_notes.hpp"
#include "core/observer.hpp"

namespace weft::core {

class pen {
 public:
  // Somebody reads. For the switch, which takes its short way while nobody does, and for checkpoints.
  bool on() const noexcept { return reader_ != nullptr; }
  observer* reader() const noexcept { return reader_; }
  // From now on writes for `o`; null: for nobody.
  void write_for(observer* o) noexcept;

  // -- switches: `me` has left, and `next` (the root's slot is 0) runs now
  void entered(const coroutine& next) noexcept {
    if (on()) [[unlikely]]
      reader_->record_one(diary::event_type::enter, next.slot);
  }
  void yielded(coroutine& me, const coroutine& next) noexcept {
    if (!on()) [[likely]]
      return;
    reader_->record_one(diary::event_type::yield, next.slot);
    stamp(me);
  }
  void slept(coroutine& me, const coroutine& next, std::int64_t limit_ns) noexcept {
    if (!on()) [[likely]]
      return;
    reader_->record_few(diary::event_type::sleep, next.slot, static_cast<std::uint64_t>(limit_ns));
    stamp(me);
  }
  // `owner_slot`: of `o` when the wait began.
  void blocked(coroutine& me, const coroutine& next, const detail::object& o, std::uint64_t owner_slot,
               std::int64_t limit_ns) noexcept {
    if (on()) [[unlikely]]
      write_block(me, next, o, owner_slot, limit_ns);
  }
  // On the fd that it waits for.
  void blocked_on_fd(coroutine& me, const coroutine& next, std::int64_t limit_ns) noexcept {
    if (!on()) [[likely]]
      return;
    write_time_limit(limit_ns);
    reader_->record_few(diary::event_type::block_fd, next.slot, static_cast<std::uint64_t>(me.reason),
                        static_cast<std::uint64_t>(me.fd));
    stamp(me);
  }
  void finished(const coroutine& next, diary::coroutine_status status) noexcept {
    if (on()) [[unlikely]]
      reader_->record_few(diary::event_type::finish, next.slot, static_cast<std::uint64_t>(status));
  }

  // -- wakes: `c` has become ready
  void granted(coroutine& c, const detail::object& o) noexcept {
    if (on()) [[unlikely]]
      write_wake(c, diary::wake_cause::granted, o.id());
  }
  // Everybody else has ended: what main's end waits for.
  void others_ended(coroutine& c) noexcept {
    if (on()) [[unlikely]]
      write_wake(c, diary::wake_cause::granted, 0);
  }
  // A cancellation, a deadlock or (of an fd's wait) a close on this thread has ended its wait.
  void interrupted(coroutine& c, diary::wake_cause cause) noexcept {
    if (on()) [[unlikely]]
      write_wake(c, cause, c.object != nullptr ? c.object->id() : 0);
  }
  // By another thread, at its event `waker`.
  void granted_remotely(coroutine& c, std::uint64_t object_id, event_mark waker) noexcept {
    if (on()) [[unlikely]]
      write_remote_grant(c, object_id, waker);
  }
  void closed_remotely(coroutine& c, event_mark closer) noexcept {
    if (on()) [[unlikely]]
      write_remote_wake(c, diary::wake_cause::closed, 0, closer);
  }
  void timer_fired(coroutine& c, diary::wake_cause cause, std::int64_t lateness_ns) noexcept {
    if (!on()) [[likely]]
      return;
    reader_->record(diary::event_type::wake_timer, c.slot, static_cast<std::uint64_t>(cause),
                    static_cast<std::uint64_t>(lateness_ns));
    stamp(c);
  }
  void fd_woke(coroutine& c, int fd, std::uint32_t ready) noexcept {
    if (!on()) [[likely]]
      return;
    reader_->record(diary::event_type::wake_fd, c.slot, static_cast<std::uint64_t>(fd), ready);
    stamp(c);
  }

  // -- a coroutine's life
  // After delay_ns; negative: it is ready at once.
  void spawned(coroutine& c, const coroutine& parent, std::int64_t delay_ns) {
    if (on()) [[unlikely]]
      write_spawn(c, parent, delay_ns);
  }
  void renamed(const coroutine& c, std::string_view name) {
    if (on()) reader_->record(diary::event_type::rename, c.slot, reader_->string_id(name));
  }
  // Now and then, at a coroutine's end; see write_stack_mark().
  void stack_used(const coroutine& c) noexcept {
    if (on()) [[unlikely]]
      write_stack_mark(c);
  }
  void cancel_asked(const coroutine& c) noexcept { record(diary::event_type::cancel, c.slot); }
  void cancel_delivered() noexcept { record(diary::event_type::cancel_delivered); }
  // `look`: which of the thread's looks for that it was; see scheduler::deliver_to_select().
  void select_interrupted(std::uint64_t look) noexcept { record(diary::event_type::select_interrupted, look); }
  // `check`: which of the thread's checks of points in time it was; see scheduler::point_has_come().
  void point_passed(std::uint64_t check) noexcept { record(diary::event_type::point_passed, check); }
  // A scope with `depth` open ones inside of it has run out.
  void scope_expired(const coroutine& c, std::uint64_t depth) noexcept {
    record(diary::event_type::scope_expired, c.slot, depth);
  }
  // What the running coroutine failed with. `text`: a function that finds it out.
  template <class Text>
  void failed(Text&& text) {
    if (on()) reader_->record_text(diary::event_type::error, text());
  }

  // -- the root
  // timeout_ns: negative, it may wait without end.
  void poll_began(std::int64_t timeout_ns) noexcept {
    record(diary::event_type::poll_begin, timeout_ns < 0 ? 0 : static_cast<std::uint64_t>(timeout_ns) + 1);
  }
  void poll_ended(std::size_t count) noexcept { record(diary::event_type::poll_end, count); }
  // While nobody waits for it.
  void fd_ready(int fd, std::uint32_t ready) noexcept {
    record(diary::event_type::fd_ready, static_cast<std::uint64_t>(fd), ready);
  }

  // -- what the running coroutine, or the thread, does
  void input_at_once(int fd) noexcept { record(diary::event_type::input_at_once, static_cast<std::uint64_t>(fd)); }
  void socket_closed(int fd) noexcept { record(diary::event_type::socket_closed, static_cast<std::uint64_t>(fd)); }
  // socket_accepted, socket_connected ...
  void socket(diary::event_type type, int fd, std::string_view endpoint) noexcept {
    if (on()) reader_->record_text(type, endpoint, static_cast<std::uint64_t>(fd));
  }
  void accept_backed_off(int fd, int error, std::int64_t delay_ns) noexcept {
    record(diary::event_type::accept_backoff, static_cast<std::uint64_t>(fd), static_cast<std::uint64_t>(error),
           static_cast<std::uint64_t>(delay_ns));
  }
  // An event about an object, whose lock is held: locks, queues, events. `value`: as its schema row says.
  void about(diary::event_type type, detail::object& o, std::uint64_t value) noexcept;
  // The object was handed to another thread, whose diary keeps its owner in mind from now on.
  void handed_away(const detail::object& o) noexcept;
  // `text` is a function that finds it out.
  template <class Text>
  void mark(Text&& text) {
    if (on()) reader_->record_text(diary::event_type::mark, text());
  }
  void counter(std::string_view name, double value);
  void zone_began(std::string_view name) {
    if (on()) reader_->record(diary::event_type::zone_begin, reader_->string_id(name));
  }
  void zone_ended() noexcept { record(diary::event_type::zone_end); }
  // From a signal handler, just before the process dies; see observer::record_last_words().
  void last_words(std::string_view text) noexcept {
    if (on()) reader_->record_last_words(diary::event_type::error, text);
  }

  // The event that was written last. There is one while somebody reads: the thread's beginning.
  event_mark last_event() const noexcept {
    if (!on()) return {};
    return {reader_->thread_index() + std::uint64_t{1}, reader_->ordinal() - 1};
  }

  // -- for checkpoints
  object_notes& notes() noexcept { return notes_; }
  // Grows with each state that is told: coroutine::changed_order is its value then.
  std::uint64_t changes() const noexcept { return changes_; }
  void count_changes_from(std::uint64_t changes) noexcept { changes_ = changes; }

 private:
  void record(diary::event_type type, std::uint64_t a = 0, std::uint64_t b = 0, std::uint64_t c = 0) noexcept {
    if (on()) [[unlikely]]
      reader_->record(type, a, b, c);
  }
  // The reader has just been told that `c` is in another state.
  void stamp(coroutine& c) noexcept {
    c.changed_order = ++changes_;
    c.changed_ticks = reader_->last_ticks;
  }
  void write_time_limit(std::int64_t limit_ns) noexcept {
    if (limit_ns != detail::forever)
      reader_->record(diary::event_type::time_limit, static_cast<std::uint64_t>(limit_ns));
  }
  // Out of the way of what happens while nobody reads.
  [[gnu::noinline]] void write_block(coroutine& me, const coroutine& next, const detail::object& o,
                                     std::uint64_t owner_slot, std::int64_t limit_ns) noexcept;
  [[gnu::noinline]] void write_wake(coroutine& c, diary::wake_cause cause, std::uint64_t object_id) noexcept;
  [[gnu::noinline]] void write_remote_wake(coroutine& c, diary::wake_cause cause, std::uint64_t object_id,
                                           event_mark by) noexcept;
  [[gnu::noinline]] void write_remote_grant(coroutine& c, std::uint64_t object_id, event_mark waker) noexcept;
  [[gnu::noinline]] void write_spawn(coroutine& c, const coroutine& parent, std::int64_t delay_ns);
  [[gnu::noinline]] void write_stack_mark(const coroutine& c) noexcept;

#if defined(WEFT_WITHOUT_RECORDER)  // only for tests/bench: what the recorder costs that is there but off
  static constexpr observer* reader_ = nullptr;
#else
  observer* reader_ = nullptr;
#endif
  std::uint64_t changes_ = 0;
  object_notes notes_;  // what the diary has said of objects, to be repeated by checkpoints
};

// An object's number in the diary, which knows its kind and name from now on.
inline std::uint64_t define(observer& diary, const detail::object& o) noexcept {
  const std::uint64_t id = o.id();
  if (!diary.knows_object(id)) diary.define_object(id, o.kind(), o.name());
  return id;
}

}  // namespace weft::core
