#include "cli/programs/demos.hpp"

#include <array>

namespace weft::viz::cli {

int run_shop(double seconds);  // demo_shop.cpp

std::span<const demo> all_demos() {
  static constexpr std::array demos{
      demo{"shop", "a web shop on loopback sockets: an echo service, a queue, a lock, and one who computes too long",
           run_shop},
  };
  return demos;
}

}  // namespace weft::viz::cli
