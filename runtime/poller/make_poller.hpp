// Makes the poller of this platform.
#pragma once

#include <memory>

#include "core/poller.hpp"

namespace weft::core {

// Throws std::system_error if the kernel provides none (EMFILE).
std::unique_ptr<poller> make_poller();

}  // namespace weft::core
