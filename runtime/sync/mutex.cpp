#include "weft/mutex.hpp"

#include <stdexcept>

#include "sync/misuse.hpp"
#include "trace/words/states.hpp"

namespace weft {

mutex::mutex(std::string_view name) : lock_(diary::object_kind::mutex, diary::wait_reason::mutex, name) {}

void mutex::unlock() {
  if (!lock_.held_by_me()) throw std::logic_error(detail::misuse("unlock", lock_.what(), "is not owned by the caller"));
  lock_.release();
}

}  // namespace weft
