// Whether and what a run replays: what its options or the environment ask for.
#pragma once

#include <memory>
#include <string_view>

#include "core/clock.hpp"
#include "core/scheduler.hpp"
#include "replay/follower.hpp"

namespace weft::replay {

class replayed_run {
 public:
  // What run_options::replay asks for, or, if that is empty, WEFT_REPLAY: there each run of the process follows the
  // next one of the file. Null: nothing. Throws replay_error; if the environment asks for what cannot be, the process
  // ends with exit status 3.
  static std::unique_ptr<replayed_run> asked_for(std::string_view option, core::clock& clock);
  ~replayed_run();
  replayed_run(const replayed_run&) = delete;
  replayed_run& operator=(const replayed_run&) = delete;

  core::clock& time() noexcept { return follower_.time(); }
  // The seed that was used instead of the program's.
  std::optional<std::uint64_t> shuffle_seed() const noexcept { return order_->shuffle_seed(); }
  follower& front() noexcept { return follower_; }

  // All coroutines of the run have ended. Null: as recorded.
  std::exception_ptr outcome() noexcept;
  // Throws that; if the environment has asked for the replay, the process ends with exit status 1.
  void conclude();

 private:
  replayed_run(std::unique_ptr<recorded_order> order, core::clock& clock, bool by_environment);

  std::unique_ptr<recorded_order> order_;
  follower follower_;
  bool by_environment_;
};

}  // namespace weft::replay
