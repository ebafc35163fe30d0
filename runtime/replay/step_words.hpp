// A step of a recorded order, or what a program does in its place, as a person reads it.
#pragma once

#include <string>

#include "replay/recorded_order.hpp"

namespace weft::replay {

// `runs` is who runs, by slot of the recording; so are all slots in `e`. `whom` is called so if it is spawned, `object`
// is what is waited for.
std::string words(const recorded_order& order, const diary::event& e, std::uint64_t runs, const std::string& whom,
                  const std::string& object);

}  // namespace weft::replay
