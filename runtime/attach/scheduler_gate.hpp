// Connects one scheduler with the viewers: accepts them at the door, and stands when one asks for a pause.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/coroutine.hpp"
#include "core/gate.hpp"

namespace weft::core {
class scheduler;
}

namespace weft::record {
class scheduler_recording;
}

namespace weft::attach {

class hold;

class scheduler_gate final : public core::gate {
 public:
  // The first gate of the process opens the door. `s` and `r` must outlive the gate.
  scheduler_gate(core::scheduler& s, record::scheduler_recording& r);
  ~scheduler_gate() override;
  scheduler_gate(const scheduler_gate&) = delete;
  scheduler_gate& operator=(const scheduler_gate&) = delete;

  void look() noexcept override;
  bool begin_round() noexcept override;
  bool admit() noexcept override;

 private:
  friend class hold;

  // Applies the requests for this thread's diary: starts or ends the recording, writes marks.
  void catch_up() noexcept;
  void say(std::string_view text) noexcept;

  core::scheduler& scheduler_;
  record::scheduler_recording& recording_;
  bool is_in_ = false;

  // Guarded by the lock of `hold`.
  bool stands_ = false;
  bool held_ = false;  // has stood since the program last ran freely
  std::uint64_t seen_news_ = 0;
  std::uint64_t seen_order_ = 0;
  std::vector<std::string> marks_;
  bool entered_ = false;  // a coroutine has run since the last round
  // The coroutine that a step goes on to, if it lives on this scheduler, and its status when the step was ordered.
  core::coroutine* target_ = nullptr;
  diary::coroutine_status target_status_ = diary::coroutine_status::none;
};

}  // namespace weft::attach
