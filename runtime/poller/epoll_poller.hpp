// The poller over Linux's epoll. The scheduler, not the poller, knows which coroutine waits for an fd.
#pragma once

#include <memory>

#include "core/poller.hpp"

namespace weft::core {

// Throws std::system_error if the kernel gives no epoll instance or eventfd (EMFILE, ENFILE, ENOMEM).
std::unique_ptr<poller> make_epoll_poller();

}  // namespace weft::core
