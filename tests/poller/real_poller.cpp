#include "poller/make_poller.hpp"

#include "poller_under_test.hpp"

namespace weft::core {

std::unique_ptr<poller> make_poller_under_test() { return make_poller(); }

}  // namespace weft::core
