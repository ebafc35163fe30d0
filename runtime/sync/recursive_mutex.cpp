#include "weft/recursive_mutex.hpp"

#include <stdexcept>

#include "sync/misuse.hpp"
#include "trace/words/states.hpp"

namespace weft {

recursive_mutex::recursive_mutex(std::string_view name)
    : lock_(diary::object_kind::recursive_mutex, diary::wait_reason::recursive_mutex, name) {}

bool recursive_mutex::acquire(detail::time_limit limit) {
  if (!lock_.held_by_me()) return lock_.acquire(limit);
  ++again_;
  return true;
}

void recursive_mutex::unlock() {
  if (!lock_.held_by_me()) throw std::logic_error(detail::misuse("unlock", lock_.what(), "is not owned by the caller"));
  if (again_ > 0) {
    --again_;
  } else {
    lock_.release();
  }
}

}  // namespace weft
