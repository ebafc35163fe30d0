#include "cli/programs/demos.hpp"

#include <array>

namespace weft::viz::cli {

// Each is defined in the file of its name.
int run_shop(double seconds);
int run_put_and_yield(double seconds);
int run_deadlock(double seconds);
int run_held(double seconds);
int run_lost_wakeup(double seconds);
int run_cancel(double seconds);
int run_thousand(double seconds);

std::span<const demo> all_demos() {
  static constexpr std::array demos{
      demo{"shop", "a web shop on loopback sockets: an echo service, a queue, a lock, and one who computes too long",
           run_shop},
      demo{"put_and_yield", "why put() does not switch and yield() does", run_put_and_yield},
      demo{"deadlock", "two transfers that lock two accounts in opposite orders", run_deadlock},
      demo{"held", "one who computes for 40 ms while others should run, and the same in slices", run_held},
      demo{"lost_wakeup", "a bell that rings before anybody listens", run_lost_wakeup},
      demo{"cancel", "one of a group fails, and the others are cancelled where they wait", run_cancel},
      demo{"thousand", "a thousand visitors before ten doors", run_thousand},
  };
  return demos;
}

}  // namespace weft::viz::cli
