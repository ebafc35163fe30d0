// The poller that poller_test.cpp tests; the contract is the same for each.
#pragma once

#include <memory>

#include "core/poller.hpp"

namespace weft::core {

std::unique_ptr<poller> make_poller_under_test();

}  // namespace weft::core
