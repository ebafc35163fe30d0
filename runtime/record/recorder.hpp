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

// While this object exists, its scheduler is recorded whenever a recording is on: one that is on already, one that
// WEFT_TRACE asks for (the first scheduler of the process starts it), or a later one of trace::start().
class scheduler_recording {
 public:
  // `virtual_clock`: the scheduler's clock if it is not the machine's, else null. `front`: receives every event too,
  // recording or not; may be null.
  scheduler_recording(core::scheduler& s, core::clock* virtual_clock, core::front_observer* front = nullptr);
  ~scheduler_recording();
  scheduler_recording(const scheduler_recording&) = delete;
  scheduler_recording& operator=(const scheduler_recording&) = delete;

  // Starts or ends the recording of this scheduler to match the process. Call on the scheduler's thread.
  void follow();
  core::scheduler& followed() noexcept { return scheduler_; }

 private:
  void begin(std::shared_ptr<recording> r);
  void end();

  core::scheduler& scheduler_;
  core::clock* virtual_clock_;
  core::front_observer* front_;
  std::shared_ptr<recording> recording_;  // the recording this scheduler writes to
  thread_recorder* recorder_ = nullptr;   // the recorder of this thread; `front_` may be between it and the scheduler
};

}  // namespace weft::record
