// Somebody outside may take hold of a scheduler while it runs: let it stand between two switches, and go on one switch
// at a time. The scheduler asks for that in its root only, so until somebody has come it costs nothing on a switch.
// All members are called on the scheduler's thread.
#pragma once

namespace weft::core {

class gate {
 public:
  virtual ~gate() = default;

  // Has somebody come? Asked when the poller saw it, and now and then while it is not asked. Must not wait.
  virtual void look() noexcept = 0;

  // The next two only from scheduler::close_gate() to open_gate().
  // The root begins a round: nobody runs. Blocks for as long as the scheduler is to stand. True: it gets one switch,
  // then the next round begins.
  virtual bool begin_round() noexcept = 0;
  // Somebody is ready: may it run now? False: the round begins anew.
  virtual bool admit() noexcept = 0;
};

}  // namespace weft::core
