// A step of a recorded order, or of the program in its place, as text.
#pragma once

#include <string>

#include "replay/recorded_order.hpp"

namespace weft::replay {

// `runs`: slot of the running coroutine. `runs` and all slots in `e` are the recording's. `whom`: the name of a spawned
// coroutine. `object`: the object that is waited for.
std::string words(const recorded_order& order, const diary::event& e, std::uint64_t runs, const std::string& whom,
                  const std::string& object);

}  // namespace weft::replay
