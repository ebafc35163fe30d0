// Whether the program's schedulers run, stand, or step; one object per process. A scheduler stands in its own thread,
// on the root, between two switches. Messages from other threads wait in its inbox meanwhile.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string>
#include <vector>

#include "trace/words/control_message.hpp"

namespace weft::attach {

class scheduler_gate;

class hold {
 public:
  // -- from any thread
  void pause();
  // One switch, of the scheduler that reaches one first.
  void step();
  // Steps up to the first point between two switches after coroutine `id` ran, was woken or ended.
  void step_to(std::uint64_t id);
  void resume();
  // Makes standing schedulers check for changes other than the mode: the recording, a mark.
  void tell_standing();
  // Puts a mark into the diary of one scheduler. False: there is no scheduler.
  bool mark(const std::string& text);
  // Fills in the mode, the number of schedulers and of standing ones, and the flag for a coroutine that does not exist.
  void describe(diary::control_reply& r);

  // -- from a scheduler's thread
  void enter(scheduler_gate& g);
  void leave(scheduler_gate& g) noexcept;
  bool begin_round(scheduler_gate& g) noexcept;
  bool admit(scheduler_gate& g) noexcept;
  std::vector<std::string> take_marks(scheduler_gate& g);

 private:
  void order(diary::control_mode m, std::uint64_t target);
  void close_all_gates() noexcept;  // call with the lock, as all below
  bool is_met(scheduler_gate& g);
  void begin_to_stand(scheduler_gate& g);

  std::mutex lock_;
  std::condition_variable changed_;
  std::vector<scheduler_gate*> gates_;
  diary::control_mode mode_ = diary::control_mode::running;
  std::uint64_t orders_ = 0;  // number of orders so far
  std::uint64_t target_ = 0;  // while stepping: the coroutine to reach; 0: one switch
  std::uint32_t looked_for_target_ = 0;
  bool target_found_ = false, target_missing_ = false;
  std::uint64_t news_ = 0;
};

}  // namespace weft::attach
