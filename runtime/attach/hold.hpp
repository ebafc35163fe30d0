// Whether the program's schedulers run, stand, or go on step by step: one for the process. A scheduler stands in its
// own thread, in the root, between two switches; what others send to it meanwhile waits in its inbox.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string>
#include <vector>

#include "trace/words/control_message.hpp"

namespace weft::record {

class scheduler_gate;

class hold {
 public:
  // -- from any thread
  void pause();
  // One switch of whichever scheduler comes to one first.
  void step();
  // Switch by switch, up to the first point between two switches after coroutine `id` ran, was woken or ended.
  void step_to(std::uint64_t id);
  void resume();
  // Something else has changed that schedulers look at while they stand: the recording, a mark.
  void tell_standing();
  // Puts a mark into the diary of one of the schedulers. False: there is none.
  bool mark(const std::string& text);
  // Fills in mode, schedulers, standing, and the flag for a coroutine that is not there.
  void describe(diary::control_reply& r);

  // -- from a scheduler's thread
  void enter(scheduler_gate& g);
  void leave(scheduler_gate& g) noexcept;
  bool begin_round(scheduler_gate& g) noexcept;
  bool admit(scheduler_gate& g) noexcept;
  std::vector<std::string> take_marks(scheduler_gate& g);

 private:
  void order(diary::control_mode m, std::uint64_t target);
  void close_all_gates() noexcept;  // with the lock, as all below
  bool is_met(scheduler_gate& g);
  void begin_to_stand(scheduler_gate& g);

  std::mutex lock_;
  std::condition_variable changed_;
  std::vector<scheduler_gate*> gates_;
  diary::control_mode mode_ = diary::control_mode::running;
  std::uint64_t orders_ = 0;  // counts what was asked
  std::uint64_t target_ = 0;  // while stepping: the coroutine that it goes on to; 0: one switch
  std::uint32_t looked_for_target_ = 0;
  bool target_found_ = false, target_missing_ = false;
  std::uint64_t news_ = 0;
};

}  // namespace weft::record
