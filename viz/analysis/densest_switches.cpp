#include "analysis/densest_switches.hpp"

#include "analysis/detector.hpp"

namespace weft::viz {

void densest_switches::take(const diary::event& e) {
  if (!is_switch(e.type)) return;
  std::int64_t& oldest = times_[count_ % wanted];
  oldest = e.t_ns;
  if (++count_ < wanted) return;
  const time_range latest{times_[count_ % wanted], e.t_ns};
  if (latest.length_ns() > 0 && (shortest_.length_ns() == 0 || latest.length_ns() < shortest_.length_ns())) {
    shortest_ = latest;
  }
}

}  // namespace weft::viz
