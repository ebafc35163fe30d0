// Connects schedulers with the process's recording.
#pragma once

#include <memory>

#include "core/clock.hpp"

namespace weft::core {
class front_observer;
class scheduler;
}  // namespace weft::core

namespace weft::record {

class recording;
class thread_recorder;

// For as long as it exists its scheduler is recorded whenever a recording is on: the one that is on already, the one
// that WEFT_TRACE asks for (started by the first scheduler of the process), and those that trace::start() begins later.
class scheduler_recording {
 public:
  // `virtual_clock`: the scheduler's clock if it is not the machine's, else null. `front`: is to hear everything too,
  // recording or not; may be null.
  scheduler_recording(core::scheduler& s, core::clock* virtual_clock, core::front_observer* front = nullptr);
  ~scheduler_recording();
  scheduler_recording(const scheduler_recording&) = delete;
  scheduler_recording& operator=(const scheduler_recording&) = delete;

  // Begins or ends to record this scheduler, as the process's recording is on or not. On its thread.
  void follow();
  core::scheduler& followed() noexcept { return scheduler_; }

 private:
  void begin(std::shared_ptr<recording> r);
  void end();

  core::scheduler& scheduler_;
  core::clock* virtual_clock_;
  core::front_observer* front_;
  std::shared_ptr<recording> recording_;  // the one that is being written to
  thread_recorder* recorder_ = nullptr;   // its part for this thread; the observer may be somebody between
};

}  // namespace weft::record
