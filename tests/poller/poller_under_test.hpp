// Which poller poller_test.cpp is about: the same promises hold for each of them.
#pragma once

#include <memory>

#include "core/poller.hpp"

namespace weft::core {

std::unique_ptr<poller> make_poller_under_test();

}  // namespace weft::core
