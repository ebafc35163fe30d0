// One scheduler's way to whoever watches the program from outside: lets viewers in, and stands when they ask for it.
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

class hold;
class scheduler_recording;

class scheduler_gate final : public core::gate {
 public:
  // The first of the process opens the door. Both must outlive it.
  scheduler_gate(core::scheduler& s, scheduler_recording& r);
  ~scheduler_gate() override;
  scheduler_gate(const scheduler_gate&) = delete;
  scheduler_gate& operator=(const scheduler_gate&) = delete;

  void look() noexcept override;
  bool begin_round() noexcept override;
  bool admit() noexcept override;

 private:
  friend class hold;

  // Does what was asked for of this thread's diary: begin or end the recording, marks.
  void catch_up() noexcept;
  void say(std::string_view text) noexcept;

  core::scheduler& scheduler_;
  scheduler_recording& recording_;
  bool is_in_ = false;

  // Guarded by hold's lock
  bool stands_ = false;
  bool held_ = false;  // it has stood since the program ran freely last
  std::uint64_t seen_news_ = 0;
  std::uint64_t seen_order_ = 0;
  std::vector<std::string> marks_;
  bool entered_ = false;  // somebody has run since the last round
  // The coroutine that a step goes on to, if it is here, and how it was then
  core::coroutine* target_ = nullptr;
  diary::coroutine_status target_status_ = diary::coroutine_status::none;
};

}  // namespace weft::record
