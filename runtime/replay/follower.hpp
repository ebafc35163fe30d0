// Follows a recorded order: gives the scheduler the next step, compares the program's steps with the recorded ones, and
// forwards every event to the recorder of the replay itself. The follower matches coroutines by their spawn order, and
// fds by the coroutines that wait for them.
#pragma once

#include <cstdint>
#include <exception>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/clock.hpp"
#include "core/observer.hpp"
#include "core/script.hpp"
#include "replay/recorded_order.hpp"

namespace weft::replay {

class follower final : public core::front_observer, public core::script {
 public:
  // `order` and `real` must outlive the follower. The order's run has started. `real` continues where the recording
  // ends. `paced`: a timer fires when as much time has passed as in the recording; else at once.
  follower(recorded_order& order, core::clock& real, bool paced);
  // For a replay that the environment asked for: at the first divergence the process ends with this exit status.
  // Unwinding is impossible: main would return while other code still uses objects of main.
  void end_process_where_it_diverges(int exit_status) noexcept { exit_status_ = exit_status; }

  // The scheduler's clock: shows the recording's time, so a sleep costs no real time.
  core::clock& time() noexcept { return time_; }
  // Call when all coroutines of the run have ended. Those of the recording must have ended too.
  void finish() noexcept;

  // ---- core::script
  std::uint64_t next_to() noexcept override;
  core::script_step next_on_root() noexcept override;
  std::uint64_t progress() const noexcept override { return progress_; }
  bool scope_expires(std::uint64_t slot, std::uint64_t depth) noexcept override;
  bool interrupts_select(std::uint64_t look) noexcept override;
  bool point_has_come(std::uint64_t check) noexcept override;
  bool waits_for_fd() noexcept override;
  bool waits_for_input() noexcept override;
  void cannot(const std::string& why) noexcept override;
  std::exception_ptr divergence() noexcept override { return divergence_; }
  void left_by_divergence() noexcept override;
  core::clock& real_time() noexcept override { return real_; }

  // ---- core::observer
  void pass_on_to(core::observer* o) noexcept override { recorder_ = o; }
  void record(diary::event_type type, std::uint64_t a, std::uint64_t b, std::uint64_t c, std::uint64_t d,
              std::uint64_t e, std::uint64_t f) noexcept override;
  void record_text(diary::event_type type, std::string_view text, std::uint64_t a, std::uint64_t b,
                   std::uint64_t c) noexcept override;
  void record_last_words(diary::event_type type, std::string_view text) noexcept override;
  std::uint64_t string_id(std::string_view text) noexcept override;
  std::uint64_t site_id(const source_location& where) noexcept override;
  void define_object(std::uint64_t object_id, diary::object_kind kind, std::string_view name) noexcept override;
  std::uint64_t ordinal() const noexcept override;
  std::uint32_t thread_index() const noexcept override;
  bool wants_checkpoint(std::size_t live) noexcept override;
  void begin_checkpoint(std::uint64_t count, std::uint64_t running_slot) noexcept override;
  void end_checkpoint() noexcept override;
  checkpoint_form form_of_checkpoint(std::size_t live) noexcept override;
  void record_checkpoint_part(const checkpoint_part& part, std::string_view code) noexcept override;
  std::uint64_t ticks_per_second() const noexcept override;
  std::uint64_t ns_since(std::uint64_t ticks) const noexcept override;

 private:
  // The recording's time; after the end of the recording the real time.
  class replayed_time final : public core::clock {
   public:
    explicit replayed_time(follower& f) : follower_(f) {}
    std::int64_t now_ns() noexcept override;

   private:
    follower& follower_;
  };

  const diary::event* next_step();
  void compare(diary::event_type type, const std::uint64_t* args);
  diary::event in_terms_of_recording(diary::event_type type, const std::uint64_t* args) const;
  bool is_same(const diary::event& recorded, const diary::event& done) const;
  void take(const diary::event& recorded, const std::uint64_t* args);
  void end_of_recording();
  void diverge(const std::string& what_was_done);
  void be_over() noexcept;

  std::uint64_t here(std::uint64_t recorded_slot) const noexcept;
  std::uint64_t there(std::uint64_t slot) const noexcept;
  int fd_here(std::uint64_t recorded_fd) const noexcept;

  recorded_order& order_;
  core::clock& real_;
  core::observer* recorder_ = nullptr;
  replayed_time time_{*this};
  std::int64_t start_ns_;  // of the clock, at the recording's begin_ns_
  std::int64_t begin_ns_;  // when the run started
  bool paced_;
  bool over_ = false;
  bool said_end_ = false;
  std::int64_t real_ns_at_end_ = 0, time_ns_at_end_ = 0;
  std::uint64_t progress_ = 0;
  std::exception_ptr divergence_;
  int exit_status_ = 0;  // 0: the process goes on
  // Slots and fds of this run, by those of the recording (maps, because a damaged recording may name any number), and
  // the recording's slots by those of this run.
  std::unordered_map<std::uint64_t, std::uint64_t> here_, fds_;
  std::vector<std::uint64_t> there_;     // 0: unknown
  std::string last_text_, last_object_;  // the name of the next spawn; the object of the next block
};

}  // namespace weft::replay
