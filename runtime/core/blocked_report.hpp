// What deadlock_error says: who waits for what.
#pragma once

#include <string>

#include "core/live_list.hpp"

namespace weft::core {

// One line a blocked coroutine: who, why, on what, owned by whom.
std::string blocked_report(const live_list& live);

}  // namespace weft::core
