// The poller over kqueue (macOS, FreeBSD and their relatives). The scheduler, not the poller, knows which coroutine
// waits for an fd.
#pragma once

#include <memory>

#include "core/poller.hpp"

namespace weft::core {

// Throws std::system_error if the kernel gives no queue (EMFILE, ENFILE, ENOMEM).
std::unique_ptr<poller> make_kqueue_poller();

}  // namespace weft::core
