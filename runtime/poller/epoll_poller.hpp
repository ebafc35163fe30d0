// The poller over Linux's epoll. Not here: who waits for which fd; that is the scheduler's.
#pragma once

#include <memory>

#include "core/poller.hpp"

namespace weft::core {

// Throws std::system_error if the kernel gives no epoll instance or eventfd (EMFILE, ENFILE, ENOMEM).
std::unique_ptr<poller> make_epoll_poller();

}  // namespace weft::core
