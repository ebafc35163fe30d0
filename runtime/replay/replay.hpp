// Decides whether a run is a replay: by its options or the environment.
#pragma once

#include <memory>
#include <string_view>

#include "core/clock.hpp"
#include "core/scheduler.hpp"
#include "replay/follower.hpp"

namespace weft::replay {

class replayed_run {
 public:
  // The replay that run_options::replay asks for, or, if that is empty, WEFT_REPLAY. With WEFT_REPLAY each run of the
  // process follows the next run in the file. Null: no replay. Throws replay_error; an unusable WEFT_REPLAY ends the
  // process with exit status 3.
  static std::unique_ptr<replayed_run> asked_for(std::string_view option, core::clock& clock);
  ~replayed_run();
  replayed_run(const replayed_run&) = delete;
  replayed_run& operator=(const replayed_run&) = delete;

  core::clock& time() noexcept { return follower_.time(); }
  // The seed that replaces the program's.
  std::optional<std::uint64_t> shuffle_seed() const noexcept { return order_->shuffle_seed(); }
  follower& front() noexcept { return follower_; }

  // Call when all coroutines of the run have ended. Null: the run went as recorded.
  std::exception_ptr outcome() noexcept;
  // Throws outcome(). If the environment asked for the replay, ends the process with exit status 1 instead.
  void conclude();

 private:
  replayed_run(std::unique_ptr<recorded_order> order, core::clock& clock, bool by_environment);

  std::unique_ptr<recorded_order> order_;
  follower follower_;
  bool by_environment_;
};

}  // namespace weft::replay
