#include "core/observer.hpp"

namespace weft::core {

void observer::record_few(diary::event_type type, std::uint64_t a, std::uint64_t b, std::uint64_t c,
                          std::uint64_t d) noexcept {
  record(type, a, b, c, d);
}

void observer::record_one(diary::event_type type, std::uint64_t a) noexcept { record(type, a); }

}  // namespace weft::core
