#include "poller/make_poller.hpp"

// Only this file decides which kernel interface the platform has.
#ifdef __linux__
#include "poller/epoll_poller.hpp"
#else
#include "poller/kqueue_poller.hpp"
#endif

namespace weft::core {

std::unique_ptr<poller> make_poller() {
#ifdef __linux__
  return make_epoll_poller();
#else
  return make_kqueue_poller();
#endif
}

}  // namespace weft::core
