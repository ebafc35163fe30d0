#include "poller/kqueue_poller.hpp"
#include "poller_under_test.hpp"

namespace weft::core {

std::unique_ptr<poller> make_poller_under_test() { return make_kqueue_poller(); }

}  // namespace weft::core
